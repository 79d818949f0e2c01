/* cc -shared -fPIC -o step_clock.so step_clock.c -ldl; echo 3600 > shift; LD_PRELOAD=./step_clock.so SHIFT_FILE=shift mainstem run
   Shifts the wall clock alone, by as many seconds as the file says at that moment: writing the file steps a running program's clock. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>
int clock_gettime(clockid_t id, struct timespec *t) {
    static int (*next)(clockid_t, struct timespec *);
    if (!next) next = dlsym(RTLD_NEXT, "clock_gettime");
    int r = next(id, t);
    const char *path = getenv("SHIFT_FILE");
    if (!path || (id != CLOCK_REALTIME && id != CLOCK_REALTIME_COARSE)) return r;
    char text[32];
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) return r;
    ssize_t length = read(file, text, sizeof text - 1);
    close(file);
    if (length > 0) {
        text[length] = 0;
        t->tv_sec += atol(text);
    }
    return r;
}
