/* What can be said of the shared object itself. */
#include "kit/lint.h"

#include <auspex_plugin.h>
#include <elf.h>
#include <string.h>

#define ERROR(rule, ...) \
  ax_finding_add(out, AX_FINDING_ERROR, (rule), place, __VA_ARGS__)
#define WARNING(rule, ...) \
  ax_finding_add(out, AX_FINDING_WARNING, (rule), place, __VA_ARGS__)

/* --- what rule R4 of auspex_plugin.h forbids --------------------------------
 */

typedef struct {
  const char *name, *why;
} forbidden;

#define FILES                                                      \
  "a plug-in may not open files; put data into data/ and read it " \
  "from auspex_config.blobs"
#define NETWORK "a plug-in may not use the network"
#define PROCESSES "a plug-in may not start processes"
#define THREADS "a plug-in may not start threads; rows come in batches"
#define CLOCKS "a plug-in may not read clocks; \"now\" is a row's as_of_ms"
#define RANDOM "a plug-in may not draw random numbers; chance is a row's seed"
#define SIGNALS "a plug-in may not touch signal handling"
#define ENDS "a plug-in may not end its process; answer AUSPEX_E_INTERNAL"
#define STATE "a plug-in may not change or read the process's surroundings"
#define JUMPS "a plug-in may not jump across the border"
#define OUTPUT "a plug-in has no output; use auspex_host.log"

static const forbidden imports[] = {
  { "open", FILES },
  { "open64", FILES },
  { "openat", FILES },
  { "fopen", FILES },
  { "fopen64", FILES },
  { "freopen", FILES },
  { "opendir", FILES },
  { "mmap", FILES },
  { "unlink", FILES },
  { "rename", FILES },
  { "mkdir", FILES },
  { "tmpfile", FILES },
  { "mkstemp", FILES },
  { "creat", FILES },
  { "stat", FILES },
  { "lstat", FILES },
  { "access", FILES },
  { "remove", FILES },
  { "_ZNSt13basic_filebufIcSt11char_traitsIcEE4openEPKcSt13_Ios_Openmode",
    FILES }, /* std::fstream */
  { "socket", NETWORK },
  { "connect", NETWORK },
  { "bind", NETWORK },
  { "getaddrinfo", NETWORK },
  { "gethostbyname", NETWORK },
  { "send", NETWORK },
  { "sendto", NETWORK },
  { "fork", PROCESSES },
  { "vfork", PROCESSES },
  { "clone", PROCESSES },
  { "execve", PROCESSES },
  { "execv", PROCESSES },
  { "execvp", PROCESSES },
  { "execl", PROCESSES },
  { "execlp", PROCESSES },
  { "system", PROCESSES },
  { "popen", PROCESSES },
  { "posix_spawn", PROCESSES },
  { "posix_spawnp", PROCESSES },
  { "wait", PROCESSES },
  { "waitpid", PROCESSES },
  { "kill", PROCESSES },
  { "ptrace", PROCESSES },
  { "pthread_create", THREADS },
  { "thrd_create", THREADS },
  { "_ZNSt6thread15_M_start_threadESt10unique_ptrINS_6_StateESt14default_delete"
    "IS1_EEPFvvE",
    THREADS }, /* std::thread */
  { "time", CLOCKS },
  { "gettimeofday", CLOCKS },
  { "clock_gettime", CLOCKS },
  { "clock", CLOCKS },
  { "localtime", CLOCKS },
  { "localtime_r", CLOCKS },
  { "sleep", CLOCKS },
  { "usleep", CLOCKS },
  { "nanosleep", CLOCKS },
  { "alarm", CLOCKS },
  { "mktime", CLOCKS }, /* by the site's time zone; timegm is not */
  { "timespec_get", CLOCKS },
  { "clock_nanosleep", CLOCKS },
  { "_ZNSt6chrono3_V212system_clock3nowEv", CLOCKS },
  { "_ZNSt6chrono3_V212steady_clock3nowEv", CLOCKS },
  { "rand", RANDOM },
  { "srand", RANDOM },
  { "random", RANDOM },
  { "rand_r", RANDOM },
  { "drand48", RANDOM },
  { "getrandom", RANDOM },
  { "getentropy", RANDOM },
  { "arc4random", RANDOM },
  { "srandom", RANDOM },
  { "lrand48", RANDOM },
  { "mrand48", RANDOM },
  { "_ZNSt13random_device9_M_getvalEv", RANDOM }, /* std::random_device */
  { "signal", SIGNALS },
  { "sigaction", SIGNALS },
  { "sigprocmask", SIGNALS },
  { "pthread_sigmask", SIGNALS },
  { "raise", SIGNALS },
  { "exit", ENDS },
  { "_exit", ENDS },
  { "_Exit", ENDS },
  { "quick_exit", ENDS },
  { "abort", ENDS },
  { "__assert_fail", ENDS },
  { "setlocale", STATE },
  { "uselocale", STATE },
  { "chdir", STATE },
  { "getenv", STATE },
  { "secure_getenv", STATE },
  { "setenv", STATE },
  { "putenv", STATE },
  { "fesetround", STATE },
  { "fesetenv", STATE },
  { "feenableexcept", STATE },
  { "setrlimit", STATE },
  { "prctl", STATE },
  { "umask", STATE },
  { "longjmp", JUMPS },
  { "_longjmp", JUMPS },
  { "siglongjmp", JUMPS },
  { "__longjmp_chk", JUMPS },
  { "printf", OUTPUT },
  { "__printf_chk", OUTPUT },
  { "puts", OUTPUT },
  { "putchar", OUTPUT },
  { "fprintf", OUTPUT },
  { "__fprintf_chk", OUTPUT },
  { "fwrite", OUTPUT },
  { "fputs", OUTPUT },
  { "write", OUTPUT },
  { "perror", OUTPUT },
  { "putc", OUTPUT },
  { "_IO_putc", OUTPUT },
  { "fputc", OUTPUT },
  { "putchar_unlocked", OUTPUT },
  { "vprintf", OUTPUT },
  { "__vprintf_chk", OUTPUT },
  { "vfprintf", OUTPUT },
  { "__vfprintf_chk", OUTPUT },
  { "dprintf", OUTPUT },
  { "__dprintf_chk", OUTPUT },
  { "vdprintf", OUTPUT },
  { "__vdprintf_chk", OUTPUT },
  { "syslog", OUTPUT },
  { "__syslog_chk", OUTPUT },
  { "_ZSt4cout", OUTPUT }, /* std::cout, cerr, clog */
  { "_ZSt4cerr", OUTPUT },
  { "_ZSt4clog", OUTPUT },
};

static const char *const loaders[] = { "dlopen", "dlmopen" };

static void check_import(ax_findings *out, ax_str place, const char *name,
                         bool libraries) {
  for (size_t i = 0; i < sizeof imports / sizeof imports[0]; i++)
    if (strcmp(name, imports[i].name) == 0)
      ERROR("import", "it calls %s: %s", name, imports[i].why);
  for (size_t i = 0; i < sizeof loaders / sizeof loaders[0]; i++)
    if (strcmp(name, loaders[i]) == 0 && !libraries)
      ERROR("import",
            "it calls %s, but its folder has no lib/: a library it needs lies "
            "there, is part of its digest and loaded by the worker",
            name);
}

static void check_symbols(ax_findings *out, ax_str place, const ax_elf *elf,
                          bool libraries) {
  bool exported = false;
  size_t weak = 0;
  for (size_t i = 0; i < elf->symbols.count; i++) {
    const ax_elf_symbol *s = &elf->symbols.items[i];
    if (!s->defined) {
      check_import(out, place, s->name, libraries);
    } else if (strcmp(s->name, "auspex_module_open") == 0) {
      exported = true;
    } else if (s->weak) {
      weak++; /* -fvisibility does not reach the standard library's templates */
    } else {
      ERROR("export",
            "it exports %s besides auspex_module_open; compile with "
            "-fvisibility=hidden",
            s->name);
    }
  }
  if (weak)
    ax_finding_add(out, AX_FINDING_NOTE, "export", place,
                   "it exports %zu symbols of C++ besides auspex_module_open; "
                   "-Wl,--version-script=FILE with { global: "
                   "auspex_module_open; local: *; }; keeps them inside",
                   weak);
  if (!exported)
    ERROR("export",
          "it does not export auspex_module_open; write AUSPEX_MODULE "
          "once");
}

/* --- hardening --------------------------------------------------------------
 */

static void check_hardening(ax_findings *out, ax_str place, const ax_elf *elf) {
  if (!elf->relro)
    ERROR("relro", "its tables of pointers stay writable; link with "
                   "-Wl,-z,relro");
  if (!elf->bind_now)
    ERROR("bind-now", "it binds lazily, so RELRO is only partial; link with "
                      "-Wl,-z,now");
  if (!elf->stack_known || elf->stack_executable)
    ERROR("stack", "it wants an executable stack (nested functions or "
                   "assembly without .note.GNU-stack?); link with "
                   "-Wl,-z,noexecstack");
  if (elf->writable_code)
    ERROR("rwx", "a segment is writable and executable at once; do not link "
                 "with -N or a script of your own");
  if (elf->textrel)
    ERROR("textrel", "its code must be patched when it is loaded; compile with "
                     "-fPIC");
  if (elf->rpath)
    ERROR("rpath", "it has a search path for libraries (RPATH or RUNPATH); "
                   "link without -rpath");
  /* frame_dummy is the one every object has. */
  if (elf->constructors > 1)
    WARNING("constructor",
            "%zu functions run when it is loaded, before anything is known of "
            "it; do the work in create (objects of C++ that are static need "
            "one, and so does -ffast-math, which changes how all numbers of "
            "the process are rounded)",
            elf->constructors - 1);
}

static void check_needed(ax_findings *out, ax_str place, const ax_elf *elf) {
  static const char *const known[] = { "libc.so.6",
                                       "libm.so.6",
                                       "libgcc_s.so.1",
                                       "libstdc++.so.6",
                                       "ld-linux-x86-64.so.2",
                                       "ld-linux-aarch64.so.1" };
  for (size_t i = 0; i < elf->needed.count; i++) {
    bool found = false;
    for (size_t k = 0; k < sizeof known / sizeof known[0]; k++)
      found = found || strcmp(elf->needed.items[i], known[k]) == 0;
    if (!found)
      ERROR("library",
            "it needs %s, which a site may not have and no digest covers; link "
            "it statically or put it into lib/",
            elf->needed.items[i]);
  }
}

/* --- the note ----------------------------------------------------------------
 */

/* Its bytes stand somewhere in the file, aligned to four. */
static bool find_note(ax_str file, auspex_note *note) {
  static const unsigned char head[] = { 7,   0,   0,   0,   16, 0,   0,
                                        0,   1,   0,   0,   0,  'A', 'U',
                                        'S', 'P', 'E', 'X', 0,  0 };
  for (size_t i = 0; i + sizeof *note <= file.len; i += 4)
    if (memcmp(file.ptr + i, head, sizeof head) == 0) {
      memcpy(note, file.ptr + i, sizeof *note);
      return true;
    }
  return false;
}

static void check_note(ax_findings *out, ax_str place, ax_str file) {
  auspex_note note;
  if (!find_note(file, &note)) {
    ERROR("note", "it has no ELF note AUSPEX; write AUSPEX_MODULE once, and do "
                  "not strip notes");
    return;
  }
  uint32_t major = note.desc[0] >> 16, minor = note.desc[0] & 0xffffu;
  if (major != AUSPEX_ABI_MAJOR)
    ERROR("abi",
          "it was built for plug-in ABI %u.%u, this gateway has %u.%u; "
          "build it with this gateway's auspex_plugin.h",
          major, minor, AUSPEX_ABI_MAJOR, AUSPEX_ABI_MINOR);
  else if (minor > AUSPEX_ABI_MINOR)
    WARNING("abi",
            "it was built for plug-in ABI %u.%u, this gateway has %u.%u: "
            "what is newer will not be asked for",
            major, minor, AUSPEX_ABI_MAJOR, AUSPEX_ABI_MINOR);
}

bool ax_lint_file(ax_findings *out, ax_str place, ax_str file, bool libraries,
                  ax_elf *elf) {
  ax_error err = { 0 };
  ax_status status = ax_elf_read(out->arena, file, elf, &err);
  if (status == AX_NOMEM) out->nomem = true;
  if (status) {
    ERROR("elf", "%s", err.text);
    return false;
  }
  check_note(out, place, file);
  check_symbols(out, place, elf, libraries);
  check_hardening(out, place, elf);
  check_needed(out, place, elf);
  return true;
}
