# One Makefile, no recursion into folders. `make help` lists what it can do.

CC      ?= cc
BUILD   ?= build
PREFIX  ?= /usr/local
STD     := -std=c17 -D_POSIX_C_SOURCE=200809L
WARN    := -Wall -Wextra -Wpedantic -Wconversion -Wsign-conversion -Wshadow \
           -Wstrict-prototypes -Wmissing-prototypes -Wold-style-definition \
           -Wcast-qual -Wpointer-arith -Wwrite-strings -Wundef -Wvla -Wformat=2 \
           -Wdouble-promotion -Wimplicit-fallthrough -Wswitch-enum -Wnull-dereference
OPT     ?= -O2 -g
SAN     ?=
# `make V=1` shows the whole commands.
Q       := $(if $(V),,@)
say      = $(if $(V),,@echo "  $1")

# CFLAGS, CPPFLAGS and LDFLAGS belong to whoever calls make; ours stand apart, so
# `make CFLAGS=-O3` adds to them instead of wiping them out.
ALL_CPPFLAGS := -Igateway/src -Igateway/tests -Iplugins/sdk -Iconformance-tests/runner \
                $(CPPFLAGS)
# A tool reads model files as the engines do.
ALL_CPPFLAGS += -Iplugins
ALL_CFLAGS   := $(STD) $(WARN) -Werror $(OPT) $(SAN) -fvisibility=hidden -fPIE \
                -fstack-protector-strong -fno-common -ffp-contract=off $(CFLAGS)
ifeq ($(SAN),)
ALL_CFLAGS   += -D_FORTIFY_SOURCE=2
else # warnings that rest on the optimiser are wrong about instrumented code
ALL_CFLAGS   += -Wno-format-truncation -Wno-maybe-uninitialized -Wno-null-dereference \
                -Wno-stringop-overflow -Wno-array-bounds
endif
ALL_LDFLAGS  := $(SAN) -pie -Wl,-z,relro,-z,now $(LDFLAGS)
LIBS         := -lexpat -lcivetweb -lcurl -lyajl -lsqlite3 -lzstd -larchive -lpcre2-8 \
                -lcrypto -lsodium -lz -lpthread -ldl -lm
WORKER_LIBS  := -lseccomp -ldl -lm

SRCS  := $(sort $(wildcard gateway/src/*/*.c))
OBJS  := $(SRCS:%.c=$(BUILD)/obj/%.o)
# Programs have a main each; everything else goes into one archive that tests and
# programs link.
MAINS := $(filter %/main.c %_main.c,$(SRCS))
LIB   := $(BUILD)/obj/libauspex.a
# The conformance runner: a program of its own over the same archive.
RUNNER_SRCS := $(sort $(wildcard conformance-tests/runner/*/*.c))
RUNNER_OBJS := $(RUNNER_SRCS:%.c=$(BUILD)/obj/%.o)
RUNNER_MAIN := conformance-tests/runner/cli/main.c
RUNNER_LIB  := $(BUILD)/obj/libconformance.a
# `plugin lint` reads model files with the code of the engines that read them.
MODEL_READER := $(patsubst %.c,$(BUILD)/obj/%.o, \
  $(filter-out %/plugin.c %/mf_engine.c,$(wildcard plugins/model-file/*.c)) plugins/onnx/ort_look.c)
# Seeded faults before a gateway: what does the suite notice?
MUTANT_SRCS := $(sort $(wildcard conformance-tests/mutants/*.c))
MUTANT_OBJS := $(MUTANT_SRCS:%.c=$(BUILD)/obj/%.o)
# Linux interfaces beyond POSIX (memfd, landlock, pidfd) only where they are used.
GNU_SRCS := $(sort $(wildcard gateway/src/worker/*.c gateway/src/scoring/broker*.c gateway/src/kit/folder.c \
  gateway/src/http/http_stack.c))

PROGRAMS := $(if $(wildcard gateway/src/app/main.c),$(BUILD)/bin/auspex) \
            $(if $(wildcard gateway/src/worker/worker_main.c),$(BUILD)/bin/auspex-worker) \
            $(if $(wildcard $(RUNNER_MAIN)),$(BUILD)/bin/auspex-conformance) \
            $(BUILD)/bin/auspex-corpora

# A plug-in is a folder with plugin.c (and more .c files); its .so and its data
# files go to build/plugins/<name>/, faulty ones (for tests) to build/faulty/.
# Engines are generic modules: they become a plug-in together with a model file,
# so they lie in build/engines/ and not where the gateway looks for plug-ins.
ENGINE_DIRS := $(wildcard plugins/model-file plugins/onnx)
ENGINES     := $(foreach d,$(ENGINE_DIRS),$(BUILD)/engines/$(notdir $d)/$(notdir $d).so)
PLUGIN_DIRS := $(filter-out $(ENGINE_DIRS),$(patsubst %/plugin.c,%,$(wildcard plugins/*/plugin.c)))
PLUGINS     := $(foreach d,$(PLUGIN_DIRS),$(BUILD)/plugins/$(notdir $d)/$(notdir $d).so)
FAULTY      := $(foreach f,$(basename $(notdir $(wildcard plugins/faulty/*.c))),$(BUILD)/faulty/$f/$f.so)
PLUGIN_CFLAGS := $(STD) $(WARN) -Werror $(OPT) -fPIC -fvisibility=hidden \
                 -fstack-protector-strong -ffp-contract=off -Iplugins/sdk $(CFLAGS)

UNITS := $(sort $(wildcard gateway/tests/unit/test_*.c plugins/*/tests/test_*.c \
         conformance-tests/unit/test_*.c))
UNIT_TESTS := $(UNITS:%.c=$(BUILD)/tests/%)
OUTSIDE := $(sort $(wildcard conformance-tests/integration/test_*.c))
OUTSIDE_TESTS := $(OUTSIDE:%.c=$(BUILD)/tests/%)
SUPPORT := $(patsubst %.c,$(BUILD)/obj/%.o,$(wildcard gateway/tests/support/*.c))
OUTSIDE_SUPPORT := $(patsubst %.c,$(BUILD)/obj/%.o,$(wildcard conformance-tests/support/*.c))
BENCH_SRCS := $(sort $(wildcard gateway/bench/bench_*.c))
BENCHES := $(patsubst gateway/bench/%.c,$(BUILD)/bench/%,$(BENCH_SRCS))
FUZZ_SECONDS ?= 5

.DELETE_ON_ERROR:
.SECONDARY:
.PHONY: all help setup packages golden onnxruntime demo run install corpora igs clients unit test asan tsan coverage fuzz tidy format layers names check \
        definitions bench clean

# --- what a fresh machine lacks -------------------------------------------------
# Stamps keep a second run from asking dpkg and npm again; two runs of apt-get at
# once (make -j2) would fail on its lock.

SETUP_BUILD := build/.setup-build
SETUP_FETCH := build/.setup-fetch
SETUP_DEMO  := build/.setup-demo
SETUP_TEST  := build/.setup-test
SETUP_CHECK := build/.setup-check
PACKAGES    := build/packages/.fetched

$(OBJS) $(RUNNER_OBJS) $(MUTANT_OBJS): | $(SETUP_BUILD)

build/.setup-%: deploy/debian-packages.txt deploy/setup.sh
	@mkdir -p build
	@flock build/.setup-lock deploy/setup.sh $(if $(filter build,$*),build,build $*)
	@touch $@

# With R4_PACKAGE=PATH that copy is taken, whatever is there already.
.PHONY: take-package
take-package: ;

$(PACKAGES): deploy/fhir-package/package-lock.json deploy/fetch-packages.sh \
             $(if $(R4_PACKAGE),take-package) | $(if $(R4_PACKAGE),,$(SETUP_FETCH))
	@deploy/fetch-packages.sh build/packages
	@touch $@

golden: all ## write golden rows of our own plug-ins anew: look at what changed
	@for d in $(PLUGIN_DIRS); do $(BUILD)/bin/auspex plugin golden $(BUILD)/plugins/$$(basename $$d) && \
	  cp $(BUILD)/plugins/$$(basename $$d)/golden.json $$d/ || exit 1; done

onnxruntime: ## fetch ONNX Runtime from npm, version and digest pinned, for the engine onnx
	@deploy/fetch-onnxruntime.sh build/onnxruntime

setup: $(SETUP_BUILD) $(SETUP_FETCH) $(SETUP_DEMO) $(SETUP_TEST) $(SETUP_CHECK) ## install all Debian packages that are missing
packages: $(PACKAGES) ## fetch the FHIR R4 package (R4_PACKAGE=PATH takes one that is there)

all: $(PROGRAMS) $(PLUGINS) $(ENGINES) ## build the programs and the plug-ins (the default)

help: ## show this list
	@awk -F':.*## ' '/^[a-z0-9-]+:.*## /{printf "  %-16s %s\n", $$1, $$2}' Makefile

$(BUILD)/obj/%.o: %.c Makefile
	@mkdir -p $(@D)
	$(call say,cc $<)
	$(Q)$(CC) $(ALL_CPPFLAGS) $(if $(filter $<,$(GNU_SRCS)),-D_GNU_SOURCE) $(ALL_CFLAGS) -MMD -MP -c $< -o $@

$(LIB): $(filter-out $(MAINS:%.c=$(BUILD)/obj/%.o),$(OBJS)) $(MODEL_READER)
	@rm -f $@
	$(Q)$(AR) rcs $@ $^

$(BUILD)/bin/auspex: $(BUILD)/obj/gateway/src/app/main.o $(LIB)
	@mkdir -p $(@D)
	$(call say,link $@)
	$(Q)$(CC) $(ALL_LDFLAGS) $^ -o $@ $(LIBS)

$(BUILD)/bin/auspex-worker: $(BUILD)/obj/gateway/src/worker/worker_main.o $(LIB)
	@mkdir -p $(@D)
	$(call say,link $@)
	$(Q)$(CC) $(ALL_LDFLAGS) $^ -o $@ $(WORKER_LIBS)

$(BUILD)/bin/auspex-corpora: $(BUILD)/obj/gateway/src/app/corpora_main.o $(LIB)
	@mkdir -p $(@D)
	$(call say,link $@)
	$(Q)$(CC) $(ALL_LDFLAGS) $^ -o $@ $(LIBS)

$(RUNNER_LIB): $(filter-out $(RUNNER_MAIN:%.c=$(BUILD)/obj/%.o),$(RUNNER_OBJS))
	@rm -f $@
	$(Q)$(AR) rcs $@ $^

$(BUILD)/bin/auspex-conformance: $(RUNNER_MAIN:%.c=$(BUILD)/obj/%.o) $(RUNNER_LIB) $(LIB)
	@mkdir -p $(@D)
	$(call say,link $@)
	$(Q)$(CC) $(ALL_LDFLAGS) $^ -o $@ $(LIBS)

$(BUILD)/tests/auspex-mutants: $(MUTANT_OBJS) $(RUNNER_LIB) $(LIB)
	@mkdir -p $(@D)
	$(call say,link $@)
	$(Q)$(CC) $(ALL_LDFLAGS) $^ -o $@ $(LIBS)

# --- plug-ins ----------------------------------------------------------------

# $1: folder of the sources, $2: plugins or engines
define PLUGIN_RULE
$(BUILD)/$2/$(notdir $1)/$(notdir $1).so: $(wildcard $1/*.c) $(wildcard $1/*.h $1/golden.json $1/data/* $1/cards/*) $(wildcard plugins/sdk/*) Makefile | $(SETUP_BUILD)
	@mkdir -p $$(@D)
	$$(call say,plugin $$@)
	$$(Q)$$(CC) $$(PLUGIN_CFLAGS) -I$1 -shared -Wl,-z,relro,-z,now,-z,defs -o $$@ $$(filter %.c,$$^) -lm
	@for d in data cards golden.json; do if [ -e $1/$$$$d ]; then cp -r $1/$$$$d $$(@D)/; fi; done
endef
$(foreach d,$(PLUGIN_DIRS),$(eval $(call PLUGIN_RULE,$d,plugins)))
$(eval $(call PLUGIN_RULE,plugins/model-file,engines))

# The engine onnx is model-file with an inference engine in it.
ONNX_SRCS := $(filter-out plugins/model-file/mf_engine.c,$(wildcard plugins/model-file/*.c)) \
             plugins/onnx/ort_engine.c
$(BUILD)/engines/onnx/onnx.so: $(ONNX_SRCS) $(wildcard plugins/model-file/*.h plugins/onnx/*.h plugins/sdk/*.h) Makefile | $(SETUP_BUILD)
	@mkdir -p $(@D)
	$(call say,plugin $@)
	$(Q)$(CC) $(PLUGIN_CFLAGS) -shared -Wl,-z,relro,-z,now,-z,defs -o $@ $(filter %.c,$^) -lm -ldl

define FAULTY_RULE
$(BUILD)/faulty/$1/$1.so: plugins/faulty/$1.c $(wildcard plugins/faulty/*.h plugins/sdk/*) Makefile | $(SETUP_BUILD)
	@mkdir -p $$(@D)
	$$(call say,plugin $$@)
	$$(Q)$$(CC) $$(PLUGIN_CFLAGS) -Iplugins/faulty -shared -o $$@ $$< -lm -lpthread
endef
$(foreach f,$(basename $(notdir $(wildcard plugins/faulty/*.c))),$(eval $(call FAULTY_RULE,$f)))

# One plug-in and one mistake each; the test of lint and check must find them all.
# What the linker does wrong stands here, the rest in the source.
AUTHOR_MISTAKES := none no_relro lazy exec_stack textrel rpath extra_export \
  constructor file socket process thread clock random output exit environment locale \
  dlopen library hidden_fork hidden_exit loinc snomed icd system twice unit \
  unit_kind version id no_limits placeholder fallback training molar_mass \
  late_declaration takes_any_data trusts_data remembers row_number batch_mean \
  address nan infinity divides utf8 ignores_state crash_on_absent crash_on_state \
  hang declines probability row outcome additive leak small_batches empty_batch \
  overrun no_module old_abi no_note character local_time near_system criterion \
  read_past read_before write_row unset_memory unset_stack big_stack long_text \
  same_name two_horizons
AUTHOR_HARD := -Wl,-z,relro,-z,now,-z,noexecstack
AUTHOR_LINK_no_relro   := -Wl,-z,norelro,-z,now,-z,noexecstack
AUTHOR_LINK_lazy       := -Wl,-z,relro,-z,lazy,-z,noexecstack
AUTHOR_LINK_exec_stack := -Wl,-z,relro,-z,now,-z,execstack
AUTHOR_LINK_textrel    := $(AUTHOR_HARD) -Wl,-z,notext
AUTHOR_LINK_rpath      := $(AUTHOR_HARD) -Wl,-rpath,/opt/models
AUTHOR_LINK_library    := $(AUTHOR_HARD) -lz
AUTHORS := $(foreach m,$(AUTHOR_MISTAKES),$(BUILD)/author/$m/author.so)

define AUTHOR_RULE
$(BUILD)/author/$1/author.so: $(wildcard plugins/faulty/author/*.c plugins/faulty/author/*/* plugins/sdk/*.h) Makefile | $(SETUP_BUILD)
	@mkdir -p $$(@D)
	$$(call say,plugin $$@)
	$$(Q)$$(CC) $(STD) -D_DEFAULT_SOURCE -w -O1 -g -fPIC -fvisibility=hidden \
	  -Iplugins/sdk -DMISTAKE_$1 -shared -o $$@ $$< $(or $(AUTHOR_LINK_$1),$(AUTHOR_HARD)) -lm
	@$$(if $$(filter no_note,$1),objcopy --remove-section .note.auspex $$@)
	@cp -r plugins/faulty/author/data plugins/faulty/author/cards $$(@D)/
endef
$(foreach m,$(AUTHOR_MISTAKES),$(eval $(call AUTHOR_RULE,$m)))

# --- tests --------------------------------------------------------------------

# The tests of a plug-in link its code as it is checked by the sanitizers.
define PLUGIN_LIB_RULE
$(BUILD)/lib/$(notdir $1).a: $(patsubst %.c,$(BUILD)/obj/%.o,$(wildcard $1/*.c))
	@mkdir -p $$(@D)
	@rm -f $$@
	$$(Q)$$(AR) rcs $$@ $$^
$(filter $(BUILD)/tests/$1/%,$(UNIT_TESTS)): $(BUILD)/lib/$(notdir $1).a
endef
$(foreach d,$(PLUGIN_DIRS),$(eval $(call PLUGIN_LIB_RULE,$d)))

$(UNITS:%.c=$(BUILD)/obj/%.o) $(OUTSIDE:%.c=$(BUILD)/obj/%.o) $(SUPPORT) $(OUTSIDE_SUPPORT): | $(SETUP_TEST)

# Archives behind the objects that need them.
$(BUILD)/tests/conformance-tests/unit/%: LIBS := $(RUNNER_LIB) $(LIB) $(LIBS)
$(filter $(BUILD)/tests/conformance-tests/unit/%,$(UNIT_TESTS)): $(RUNNER_LIB)
$(BUILD)/tests/conformance-tests/unit/test_mutants \
$(BUILD)/tests/conformance-tests/unit/test_tree: \
  $(filter-out %/main.o %/trial.o %/gateway.o,$(MUTANT_OBJS))
$(UNIT_TESTS): $(BUILD)/tests/%: $(BUILD)/obj/%.o $(SUPPORT) $(LIB)
	@mkdir -p $(@D)
	$(call say,link $@)
	$(Q)$(CC) $(ALL_LDFLAGS) $^ -o $@ -lcmocka $(LIBS) -lseccomp

# Engines are linked into their tests as objects.
MODEL_FILE_OBJS := $(patsubst %.c,$(BUILD)/obj/%.o,$(wildcard plugins/model-file/*.c))
$(BUILD)/tests/plugins/model-file/tests/test_model_file: $(MODEL_FILE_OBJS)
$(BUILD)/tests/plugins/onnx/tests/test_onnx: $(filter-out %/mf_engine.o,$(MODEL_FILE_OBJS)) \
  $(BUILD)/obj/plugins/onnx/ort_engine.o
# What our own tree walker is held to.
$(BUILD)/tests/plugins/model-file/tests/test_mf_xgboost: LIBS += -lxgboost

$(OUTSIDE_TESTS): $(BUILD)/tests/%: $(BUILD)/obj/%.o $(SUPPORT) $(OUTSIDE_SUPPORT) $(LIB)
	@mkdir -p $(@D)
	$(call say,link $@)
	$(Q)$(CC) $(ALL_LDFLAGS) $^ -o $@ -lcmocka -lssl $(LIBS)

# What a test preloads into a gateway.
$(BUILD)/tests/jump_clock.so: conformance-tests/preload/jump_clock.c Makefile | $(SETUP_TEST)
	@mkdir -p $(@D)
	$(call say,cc $<)
	$(Q)$(CC) $(STD) $(WARN) -Werror -O2 -fPIC -shared $< -o $@

$(BUILD)/tests/conformance-tests/integration/test_clock: | $(BUILD)/tests/jump_clock.so

# Programs under test are found through these.
TEST_ENV = AUSPEX_BUILD=$(BUILD) AUSPEX_ROOT=. \
  ASAN_OPTIONS=handle_segv=2:detect_leaks=1:$(ASAN_OPTIONS) \
  TSAN_OPTIONS=halt_on_error=1:suppressions=$(CURDIR)/gateway/tests/tsan.supp

# Most of a test's time is waiting: two at once use two processors. How long each
# took: `head build/tests/*/*/*/*.took`.
TEST_JOBS ?= 2

define RUN_TESTS
@$(TEST_ENV) gateway/tools/run_tests.sh $(TEST_JOBS) $1 | awk -f gateway/tools/tap_total.awk
endef

# Left out of a run by name: see `tsan`.
LEFT_OUT ?=
TESTS := $(filter-out $(addprefix %/,$(LEFT_OUT)),$(UNIT_TESTS) $(OUTSIDE_TESTS))

unit: all $(PACKAGES) $(FAULTY) $(AUTHORS) $(UNIT_TESTS) ## run the unit tests only
	$(call RUN_TESTS,$(UNIT_TESTS))

test: $(PACKAGES) all $(FAULTY) $(AUTHORS) $(TESTS) ## run all tests; the last line is the total
	$(call RUN_TESTS,$(TESTS))

# Instrumented programs are given more time (AUSPEX_SLOW times as much).
asan tsan: export AUSPEX_SLOW ?= 4
asan: ## all tests under address and undefined-behaviour sanitizers
	$(MAKE) test BUILD=build/asan OPT="-O1 -g1" SAN="-fsanitize=address,undefined -fno-sanitize-recover=all"

# Programs with one thread, where no two can meet, that take longest under the
# thread sanitizer: what they test runs in the gateway of the other tests as
# well, there with many threads.
ONE_THREAD := $(addprefix test_,arena base builtin card early_diagnosis \
  early_diagnosis_cases early_diagnosis_models expansions feature_gate \
  feature_observation fhir_date fhir_decimal fhir_fact fhir_primitive fhir_xhtml \
  fp_cases fp_invariants fp_parse invariant json json_parse json_patch json_write \
  model_file official_examples onnx qol_risk qol_risk_cases qol_risk_models \
  questionnaire regex report script script_generate search_index search_query \
  search_table snapshot trajectory trajectory_cases ucum validate_bundle \
  validate_cases validate_codes validate_policy xml_json xml)

tsan: ## the tests with threads under the thread sanitizer
	$(MAKE) test BUILD=build/tsan OPT="-O1 -g1" SAN=-fsanitize=thread LEFT_OUT="$(ONE_THREAD)"

# What the short runs inside `make test` do, at length: always the same programs.
.PHONY: race-test crash-test pressure-test power-test soak
RACE_ROUNDS  ?= 10000
RACE_SENDERS ?= 64
LONG_TEST = $(TEST_ENV) CMOCKA_MESSAGE_OUTPUT=STDOUT
race-test: $(PACKAGES) all $(BUILD)/tests/conformance-tests/integration/test_race ## many senders, one resource (RACE_ROUNDS=10000 RACE_SENDERS=64)
	$(LONG_TEST) AUSPEX_RACE_ROUNDS=$(RACE_ROUNDS) AUSPEX_RACE_SENDERS=$(RACE_SENDERS) \
	  $(BUILD)/tests/conformance-tests/integration/test_race

definitions: $(PACKAGES) $(BUILD)/tests/gateway/tests/unit/test_official_examples ## hold all official definitions to R4, as resources
	$(LONG_TEST) AUSPEX_ALL_DEFINITIONS=1 \
	  $(BUILD)/tests/gateway/tests/unit/test_official_examples

CRASH_ROUNDS ?= 1000
crash-test: $(PACKAGES) all $(BUILD)/tests/conformance-tests/integration/test_crash ## kill -9 under mixed load (CRASH_ROUNDS=1000)
	$(LONG_TEST) AUSPEX_CRASH_ROUNDS=$(CRASH_ROUNDS) \
	  $(BUILD)/tests/conformance-tests/integration/test_crash

IDLE        ?= 500
TRICKLE     ?= 200
PRESSURE_MS ?= 20000
P99_MS      ?= 100
pressure-test: $(PACKAGES) all $(BUILD)/tests/conformance-tests/integration/test_pressure ## slow and idle senders beside others (IDLE=500 TRICKLE=200 P99_MS=100)
	$(LONG_TEST) AUSPEX_IDLE=$(IDLE) AUSPEX_TRICKLE=$(TRICKLE) AUSPEX_PRESSURE_MS=$(PRESSURE_MS) AUSPEX_P99_MS=$(P99_MS) \
	  $(BUILD)/tests/conformance-tests/integration/test_pressure

SOAK_MINUTES ?= 30
SOAK_RATE    ?= 2000
soak: $(PACKAGES) all $(BUILD)/tests/conformance-tests/integration/test_soak ## steady use: nothing grows but the data (SOAK_MINUTES=30 SOAK_RATE=2000)
	$(LONG_TEST) AUSPEX_SOAK_SECONDS=$$(($(SOAK_MINUTES) * 60)) AUSPEX_SOAK_RATE=$(SOAK_RATE) \
	  $(BUILD)/tests/conformance-tests/integration/test_soak

POWER_ROUNDS ?= 200
power-test: $(BUILD)/tests/gateway/tests/unit/test_store_power ## cut the power under the store (POWER_ROUNDS=200)
	$(LONG_TEST) AUSPEX_POWER_ROUNDS=$(POWER_ROUNDS) $<

MUTANTS ?=
.PHONY: mutants
mutants: $(PACKAGES) all $(BUILD)/tests/auspex-mutants ## seeded faults: what the suite notices (MUTANTS=12 for a sample of them)
	@AUSPEX_BUILD=$(BUILD) $(BUILD)/tests/auspex-mutants $(if $(MUTANTS),--sample $(MUTANTS))

corpora: $(PACKAGES) $(BUILD)/bin/auspex-corpora ## run the cases of a folder (CORPORA=FOLDER)
	@$(BUILD)/bin/auspex-corpora "$(CORPORA)"

# Guides that are not needed for anything else; without npm the tests do as well.
igs: $(PACKAGES) all | $(SETUP_FETCH) ## fetch mCODE and what there is of its dependencies, compile its profiles, validate its examples
	@deploy/fetch-igs.sh build/igs
	@gateway/tools/check_ig.sh $(BUILD)/bin/auspex build/igs 'hl7.fhir.us.mcode#4.0.0'

# Clients as their users get them, pinned by a lock; nothing else needs them.
CLIENTS := conformance-tests/clients
$(CLIENTS)/node_modules/.package-lock.json: $(CLIENTS)/package-lock.json | $(SETUP_FETCH)
	cd $(CLIENTS) && npm ci --ignore-scripts --omit=optional --no-audit --no-fund
	$(Q)touch $@

clients: $(CLIENTS)/node_modules/.package-lock.json $(PACKAGES) all ## FHIR clients from npm drive a running gateway
	@AUSPEX_BUILD=$(BUILD) node $(CLIENTS)/run.mjs

# The exit code is that of auspex-conformance; reports in build/conformance.
.PHONY: conformance conformance-third-party
conformance: $(PACKAGES) all ## our conformance suites against a fresh gateway
	@BUILD=$(BUILD) conformance-tests/run-suite.sh

# Public scripts name profiles of mCODE; without a network they stay unsupported.
conformance-third-party: $(PACKAGES) all | $(SETUP_FETCH) ## the TestScripts of a folder against a fresh gateway (CORPORA=FOLDER)
	-@deploy/fetch-igs.sh build/igs
	@BUILD=$(BUILD) conformance-tests/run-third-party.sh "$(CORPORA)"

coverage: ## tests with line and branch counts
	$(MAKE) test BUILD=build/cov OPT="-O0 -g" SAN=--coverage
	gcovr -r . --filter gateway/src --branches --txt || true

FUZZERS := $(patsubst %.c,build/fuzz/%,$(notdir $(wildcard gateway/tests/fuzz/fuzz_*.c)))
RUNNER_FUZZERS := $(patsubst %.c,build/fuzz/%,$(notdir $(wildcard conformance-tests/fuzz/fuzz_*.c)))
FUZZ_LIB := build/fuzz/obj/libauspex.a
fuzz: $(SETUP_CHECK) ## a short run of every fuzz target (FUZZ_SECONDS=5 each; FUZZ_SEED=N: the same run again)
	$(MAKE) fuzz-run BUILD=build/fuzz CC=clang OPT="-O1 -g" \
	  WARN="-Wall -Wno-gnu-zero-variadic-macro-arguments -Wno-unknown-warning-option" SAN="-fsanitize=address,undefined,fuzzer-no-link -fno-sanitize-recover=all"

build/fuzz/fuzz_model_file: $(MODEL_FILE_OBJS)
$(FUZZERS): build/fuzz/%: $(BUILD)/obj/gateway/tests/fuzz/%.o $(LIB)
	$(call say,link $@)
	$(Q)clang -fsanitize=fuzzer,address,undefined $^ -o $@ $(LIBS) -lseccomp

$(RUNNER_FUZZERS): build/fuzz/%: $(BUILD)/obj/conformance-tests/fuzz/%.o $(RUNNER_LIB) $(LIB)
	$(call say,link $@)
	$(Q)clang -fsanitize=fuzzer,address,undefined $^ -o $@ $(LIBS) -lseccomp

.PHONY: fuzz-run
fuzz-run: $(FUZZERS) $(RUNNER_FUZZERS)
	@FUZZ_SEED=$(FUZZ_SEED) gateway/tools/run_fuzz.sh $(TEST_JOBS) $(FUZZ_SECONDS) $(FUZZERS) $(RUNNER_FUZZERS)

# --- our own FHIR package -------------------------------------------------------
# The compiled definitions are kept beside their source, so that building the
# programs needs no FSH compiler; a check holds the two together.

FHIR_PACKAGE := build/fhir-package
.PHONY: fhir-package fhir-package-check
fhir-package: $(PACKAGES) | $(SETUP_FETCH) ## compile fhir-profiles/input (FSH) into fhir-profiles/package and a .tgz
	@fhir-profiles/build.sh build/packages $(FHIR_PACKAGE)
	@rm -rf fhir-profiles/package && cp -r $(FHIR_PACKAGE)/package fhir-profiles/package

fhir-package-check: $(PACKAGES) | $(SETUP_FETCH) ## check that fhir-profiles/package is what its FSH says
	@fhir-profiles/build.sh build/packages $(FHIR_PACKAGE)
	@diff -r $(FHIR_PACKAGE)/package fhir-profiles/package || \
	  { echo "fhir-package: fhir-profiles/package is not what fhir-profiles/input says: make fhir-package"; exit 1; }

# The suites' TestScripts are kept beside their source (JavaScript without any
# package), so that running them needs no node; a check holds the two together.
.PHONY: suites suites-check
suites: $(PACKAGES) | $(SETUP_FETCH) ## write the conformance suites from conformance-tests/suites/source
	@node conformance-tests/suites/make.mjs

suites-check: $(PACKAGES) | $(SETUP_FETCH) ## check that the conformance suites are what their source says
	@node conformance-tests/suites/make.mjs --check

# --- running it ---------------------------------------------------------------

demo: $(SETUP_DEMO) $(PACKAGES) all ## install what is missing, build, post the sample Bundles, show the results
	@deploy/demo.sh

run: $(PACKAGES) all ## the same set-up, then serve on 127.0.0.1:8080
	@exec $(BUILD)/bin/auspex serve --modules-unsigned \
	  --activate "$$(ls $(BUILD)/plugins | tr '\n' ' ')"

install: all ## install below DESTDIR and PREFIX (default /usr/local)
	@deploy/install.sh "$(DESTDIR)" "$(PREFIX)" "$(BUILD)"

# --- checks -------------------------------------------------------------------

# One file per run: clang-tidy 14 reports false va_list errors over several. All
# files are looked at, so that one run names every fault.
# The analyser follows the first 50,000 steps of each function; with the 225,000 of
# its own choice it takes four times as long and finds nothing more here.
TIDY_EFFORT := -Xclang -analyzer-config -Xclang max-nodes=50000

tidy: $(SETUP_CHECK) ## clang-tidy over the sources (not over faults made on purpose)
	@printf '%s\n' $(SRCS) $(RUNNER_SRCS) $(MUTANT_SRCS) $(filter-out plugins/faulty/%,$(wildcard plugins/*/*.c)) | xargs -P2 -I{} sh -c \
	  'clang-tidy --quiet {} -- $(TIDY_EFFORT) $(ALL_CPPFLAGS) $(STD) $$(case " $(GNU_SRCS) " in *" {} "*) echo -D_GNU_SOURCE;; esac) 2>/dev/null || { echo "tidy: {}"; exit 1; }'

format: ## rewrite the sources in the house format
	clang-format -i $$(git ls-files '*.c' '*.h')

layers: ## check the allowed include directions
	@gateway/tools/check_layers.sh

names: $(OBJS) $(RUNNER_OBJS) ## check that exported names match their files
	@gateway/tools/check_names.sh $(OBJS) $(RUNNER_OBJS)

# One after the other: each of them keeps all processors busy already, and the
# tests of two at once would only measure each other.
check: $(SETUP_CHECK) layers names $(BENCHES) ## everything a change must pass besides `make test`
	$(MAKE) tidy
	$(MAKE) asan
	$(MAKE) tsan

bench: all $(FAULTY) $(BENCHES) ## run the benchmarks
	@for b in $(BENCHES); do AUSPEX_BUILD=$(BUILD) AUSPEX_ROOT=. $$b || exit 1; done

# Programmes that count instead of timing; each ends with 1 when a promise is not
# kept. Short ones run in CI, long ones by these variables.
FAULTS ?= 20
SWAPS  ?= 50
REPLAY ?= 2000
.PHONY: faults swaps replay
faults: all $(FAULTY) $(BUILD)/bench/bench_faults ## every kind of plug-in fault, FAULTS=20 rows each
	@AUSPEX_BUILD=$(BUILD) AUSPEX_FAULTS=$(FAULTS) $(BUILD)/bench/bench_faults

swaps: all $(FAULTY) $(BUILD)/bench/bench_swaps ## SWAPS=50 hot swaps under load
	@AUSPEX_BUILD=$(BUILD) AUSPEX_SWAPS=$(SWAPS) $(BUILD)/bench/bench_swaps

replay: all $(FAULTY) $(BUILD)/bench/bench_replay ## REPLAY=2000 recorded scores through their modules again
	@AUSPEX_BUILD=$(BUILD) AUSPEX_REPLAY=$(REPLAY) $(BUILD)/bench/bench_replay

$(BENCHES): $(BUILD)/bench/%: $(BUILD)/obj/gateway/bench/%.o $(LIB)
	@mkdir -p $(@D)
	$(call say,link $@)
	$(Q)$(CC) $(ALL_LDFLAGS) $^ -o $@ $(LIBS)

clean: ## remove build outputs
	rm -rf build

-include $(shell [ -d $(BUILD) ] && find $(BUILD) -name '*.d' 2>/dev/null)
