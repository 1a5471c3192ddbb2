/*
 * ort.h - as much of ONNX Runtime's C API as is used: the library comes without
 * a header. Its table of functions is append-only, so a place in it stays what
 * it is (onnxruntime_c_api.h of 1.20.1, struct OrtApi; checked with 1.20.1).
 *
 * The library is found in the process: the host has loaded it from the module's
 * lib/ folder (auspex: scoring/module_files.h).
 */
#ifndef ORT_H
#define ORT_H

#include <stddef.h>
#include <stdint.h>

typedef struct ort_status ort_status; /* NULL: it worked */
typedef struct ort_env ort_env;
typedef struct ort_options ort_options;
typedef struct ort_session ort_session;
typedef struct ort_memory ort_memory;
typedef struct ort_value ort_value;
typedef struct ort_shape ort_shape;
typedef struct ort_allocator ort_allocator;

enum { ORT_VERSION = 17, ORT_SLOTS = 101 };
enum {
  ORT_LOG_FATAL = 4,
  ORT_FLOAT = 1,
  ORT_ARENA = 1,
  ORT_MEMORY_DEFAULT = 0
};
enum { ORT_OPTIMISE_BASIC = 1 };

typedef struct {
  const void *(*get_api)(uint32_t version);
  const char *(*get_version)(void);
} ort_base;

/* Places in the table. */
#define ORT_FUNCTIONS(X)                                               \
  X(error_message, 2, const char *, (const ort_status *))              \
  X(create_env, 3, ort_status *, (int, const char *, ort_env **))      \
  X(create_session, 8, ort_status *,                                   \
    (const ort_env *, const void *, size_t, const ort_options *,       \
     ort_session **))                                                  \
  X(run, 9, ort_status *,                                              \
    (ort_session *, const void *, const char *const *,                 \
     const ort_value *const *, size_t, const char *const *, size_t,    \
     ort_value **))                                                    \
  X(create_options, 10, ort_status *, (ort_options **))                \
  X(optimise, 23, ort_status *, (ort_options *, int))                  \
  X(set_threads_inside, 24, ort_status *, (ort_options *, int))        \
  X(set_threads_between, 25, ort_status *, (ort_options *, int))       \
  X(input_count, 30, ort_status *, (const ort_session *, size_t *))    \
  X(output_count, 31, ort_status *, (const ort_session *, size_t *))   \
  X(input_name, 36, ort_status *,                                      \
    (const ort_session *, size_t, ort_allocator *, char **))           \
  X(output_name, 37, ort_status *,                                     \
    (const ort_session *, size_t, ort_allocator *, char **))           \
  X(create_tensor, 49, ort_status *,                                   \
    (const ort_memory *, void *, size_t, const int64_t *, size_t, int, \
     ort_value **))                                                    \
  X(is_tensor, 50, ort_status *, (const ort_value *, int *))           \
  X(tensor_data, 51, ort_status *, (ort_value *, void **))             \
  X(element_type, 60, ort_status *, (const ort_shape *, int *))        \
  X(element_count, 64, ort_status *, (const ort_shape *, size_t *))    \
  X(tensor_shape, 65, ort_status *, (const ort_value *, ort_shape **)) \
  X(create_memory, 69, ort_status *, (int, int, ort_memory **))        \
  X(allocator_free, 76, ort_status *, (ort_allocator *, void *))       \
  X(default_allocator, 78, ort_status *, (ort_allocator **))           \
  X(release_env, 92, void, (ort_env *))                                \
  X(release_status, 93, void, (ort_status *))                          \
  X(release_memory, 94, void, (ort_memory *))                          \
  X(release_session, 95, void, (ort_session *))                        \
  X(release_value, 96, void, (ort_value *))                            \
  X(release_shape, 99, void, (ort_shape *))                            \
  X(release_options, 100, void, (ort_options *))

typedef struct {
#define X(name, slot, type, arguments) type(*name) arguments;
  ORT_FUNCTIONS(X)
#undef X
} ort_api;

#endif
