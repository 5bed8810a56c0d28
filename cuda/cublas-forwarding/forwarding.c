/* cuBLAS of CUDA 13 under the names and versions of CUDA 12, which JCuda's native library asks for.
 *
 * Each name of names.txt is a jump to the function of that name in libcublas.so.13: arguments stay where they are, so
 * no prototype is needed. What the newer library lacks returns CUBLAS_STATUS_NOT_SUPPORTED; without that library
 * everything returns CUBLAS_STATUS_NOT_INITIALIZED. */
#include <dlfcn.h>
#include <stddef.h>
#include <stdio.h>

#define NEWER "libcublas.so.13"

enum { STATUS_NOT_INITIALIZED = 1, STATUS_NOT_SUPPORTED = 15 };

/* The oldest versions of these symbols, so that machines with an older C library than the builder's can load this. */
__asm__(".symver dlopen,dlopen@GLIBC_2.2.5");
__asm__(".symver dlsym,dlsym@GLIBC_2.2.5");
__asm__(".symver dlerror,dlerror@GLIBC_2.2.5");

/* From the generated jumps: names and the addresses to jump to, in the same order. */
extern const char* const forwarding_names[];
extern void* forwarding_targets[];
extern const size_t forwarding_count;

static int not_initialized(void) {
    return STATUS_NOT_INITIALIZED;
}

static int not_supported(void) {
    return STATUS_NOT_SUPPORTED;
}

__attribute__((constructor)) static void find_targets(void) {
    /* Found by its name where it is in the process already, whatever folder it came from. */
    void* newer = dlopen(NEWER, RTLD_NOW | RTLD_GLOBAL);
    if (newer == NULL) {
        fprintf(stderr, "libcublas-forwarding: %s cannot be loaded: %s\n", NEWER, dlerror());
    }
    for (size_t i = 0; i < forwarding_count; i++) {
        void* target = newer == NULL ? (void*)not_initialized : dlsym(newer, forwarding_names[i]);
        forwarding_targets[i] = target == NULL ? (void*)not_supported : target;
    }
}
