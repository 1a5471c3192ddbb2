/* Any shared object: nothing of ours in it. */
__attribute__((visibility("default"))) int answer(void);

int answer(void) {
  return 42;
}
