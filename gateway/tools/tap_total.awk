# Adds up TAP from many test programs; the last line is what CI reads. A program
# that dies, plans no test, or reports fewer tests than it planned counts as
# failed tests. A program may hold several groups: their plans are added up.
# cmocka prints a skipped test as "not ok N # SKIP name".
/^# run /                             { name = $3; planned = seen = bad = 0; next }
/^1\.\.[0-9]+/                        { planned += substr($1, 4); next }
/^(not )?ok .*# [Ss][Kk][Ii][Pp]/     { skipped++; seen++; next }
/^# (not )?ok /                         { next }
/^ok /                                { passed++; seen++; next }
/^not ok /                            { failed++; seen++; bad++; print name ": " $0; next }
/^# exit / {
  missing = planned > seen ? planned - seen : 0
  if (missing == 0 && bad == 0 && ($3 != 0 || planned == 0)) missing = 1
  if (missing > 0) {
    failed += missing
    printf "%s: ended with status %s, %d test(s) lost\n", name, $3, missing
  }
  next
}
/./ { print }
END {
  printf "%d passed, %d failed, %d skipped\n", passed, failed, skipped
  exit (failed > 0 || passed == 0)
}
