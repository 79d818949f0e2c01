/*
 * Preloaded into mainstem, this records in the order in which they happen:
 *
 *   - everything that SQLite does to the files of one store (creates, writes,
 *     truncations, syncs, removals), the shared memory (-shm) excepted, for it
 *     means nothing after a power cut; and
 *   - everything that the process sends over a socket, which is how the world
 *     learns what was stored.
 *
 * POWERCUT_STORE is the absolute path of the database, POWERCUT_LOG the file
 * that records are appended to. A record is a header of 32 bytes in the byte
 * order of the machine, and its data:
 *
 *   u32 kind; i32 file; u64 offset; u64 length of the data; u32 process; i32 fd
 *
 * One lock is held while an operation and its record are made, so that the
 * order of the records is an order in which the operations can have happened.
 * A sync makes two records, when it begins and when it has returned, with its
 * number in place of an offset, and holds no lock meanwhile: what is sent while
 * a sync is still under way was not durable yet.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

enum kind { CREATED = 'C', WRITTEN = 'W', TRUNCATED = 'T', REMOVED = 'U', SYNC_BEGAN = 'B', SYNCED = 'S', SENT = 'M' };

/* The files of a store; NO_FILE is everything else. */
enum file { NO_FILE = 0, DATABASE = 1, LOG = 2, JOURNAL = 3, DIRECTORY = 4 };

struct header {
	uint32_t kind;
	int32_t file;
	uint64_t offset;
	uint64_t length;
	uint32_t process;
	int32_t fd;
};

#define FDS 4096
static unsigned char file_of[FDS];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int record_fd = -1;
static char store[4096];
static char directory[4096];

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

__attribute__((constructor)) static void begin(void)
{
	const char *path = getenv("POWERCUT_STORE"), *log = getenv("POWERCUT_LOG");
	if (!path || !log || strlen(path) >= sizeof store)
		return;
	strcpy(store, path);
	strcpy(directory, path);
	*strrchr(directory, '/') = 0;
	record_fd = REAL(open)(log, O_WRONLY | O_APPEND | O_CLOEXEC);
}

static void append(const void *bytes, size_t length)
{
	ssize_t (*real)(int, const void *, size_t) = REAL(write);
	while (length > 0) {
		ssize_t done = real(record_fd, bytes, length);
		if (done <= 0)
			abort();
		bytes = (const char *)bytes + done;
		length -= done;
	}
}

static void record(enum kind kind, int file, uint64_t offset, const struct iovec *data, int count, size_t length, int fd)
{
	struct header header = { kind, file, offset, length, getpid(), fd };
	if (record_fd < 0)
		return;
	append(&header, sizeof header);
	for (int i = 0; i < count && length > 0; i++) {
		size_t part = data[i].iov_len < length ? data[i].iov_len : length;
		append(data[i].iov_base, part);
		length -= part;
	}
}

static enum file named(const char *path)
{
	size_t length = strlen(store);
	if (length == 0)
		return NO_FILE;
	if (strcmp(path, directory) == 0)
		return DIRECTORY;
	if (strncmp(path, store, length) != 0)
		return NO_FILE;
	path += length;
	return *path == 0 ? DATABASE : strcmp(path, "-wal") == 0 ? LOG : strcmp(path, "-journal") == 0 ? JOURNAL : NO_FILE;
}

static enum file file(int fd)
{
	return fd >= 0 && fd < FDS ? file_of[fd] : NO_FILE;
}

static int is_socket(int fd)
{
	struct stat stat;
	return record_fd >= 0 && fstat(fd, &stat) == 0 && S_ISSOCK(stat.st_mode);
}

/* Opening. */

static int opened(int (*real)(const char *, int, ...), const char *path, int flags, mode_t mode)
{
	enum file which = named(path);
	if (which == NO_FILE)
		return real(path, flags, mode);
	pthread_mutex_lock(&lock);
	int is_new = access(path, F_OK) != 0;
	int fd = real(path, flags, mode);
	int error = errno;
	if (fd >= FDS)
		abort();
	if (fd >= 0) {
		file_of[fd] = which;
		if (is_new)
			record(CREATED, which, 0, NULL, 0, 0, fd);
		else if (flags & O_TRUNC)
			record(TRUNCATED, which, 0, NULL, 0, 0, fd);
	}
	pthread_mutex_unlock(&lock);
	errno = error;
	return fd;
}

#define OPEN(name)                                                       \
	int name(const char *path, int flags, ...)                       \
	{                                                                \
		va_list rest;                                            \
		va_start(rest, flags);                                   \
		mode_t mode = flags & O_CREAT ? va_arg(rest, mode_t) : 0; \
		va_end(rest);                                            \
		return opened(REAL(name), path, flags, mode);            \
	}
OPEN(open)
OPEN(open64)

int close(int fd)
{
	if (fd >= 0 && fd < FDS)
		file_of[fd] = NO_FILE;
	return REAL(close)(fd);
}

/* Changing files. */

#define PWRITE(name, offset_type)                                                               \
	ssize_t name(int fd, const void *bytes, size_t length, offset_type offset)              \
	{                                                                                       \
		if (file(fd) == NO_FILE)                                                        \
			return REAL(name)(fd, bytes, length, offset);                           \
		pthread_mutex_lock(&lock);                                                      \
		ssize_t done = REAL(name)(fd, bytes, length, offset);                           \
		int error = errno;                                                              \
		struct iovec data = { (void *)bytes, length };                                  \
		if (done > 0)                                                                   \
			record(WRITTEN, file(fd), offset, &data, 1, done, fd);                  \
		pthread_mutex_unlock(&lock);                                                    \
		errno = error;                                                                  \
		return done;                                                                    \
	}
PWRITE(pwrite, off_t)
PWRITE(pwrite64, off64_t)

#define TRUNCATE(name, offset_type)                                             \
	int name(int fd, offset_type length)                                    \
	{                                                                       \
		if (file(fd) == NO_FILE)                                        \
			return REAL(name)(fd, length);                          \
		pthread_mutex_lock(&lock);                                      \
		int failed = REAL(name)(fd, length);                            \
		int error = errno;                                              \
		if (!failed)                                                    \
			record(TRUNCATED, file(fd), length, NULL, 0, 0, fd);    \
		pthread_mutex_unlock(&lock);                                    \
		errno = error;                                                  \
		return failed;                                                  \
	}
TRUNCATE(ftruncate, off_t)
TRUNCATE(ftruncate64, off64_t)

int unlink(const char *path)
{
	enum file which = named(path);
	if (which == NO_FILE)
		return REAL(unlink)(path);
	pthread_mutex_lock(&lock);
	int failed = REAL(unlink)(path);
	int error = errno;
	if (!failed)
		record(REMOVED, which, 0, NULL, 0, 0, -1);
	pthread_mutex_unlock(&lock);
	errno = error;
	return failed;
}

/* Syncing. */

static uint64_t syncs;

static void sync_record(enum kind kind, int which, uint64_t number, int fd)
{
	pthread_mutex_lock(&lock);
	record(kind, which, number, NULL, 0, 0, fd);
	pthread_mutex_unlock(&lock);
}

#define SYNC(name)                                                              \
	int name(int fd)                                                        \
	{                                                                       \
		enum file which = file(fd);                                     \
		if (which == NO_FILE)                                           \
			return REAL(name)(fd);                                  \
		uint64_t number = __atomic_add_fetch(&syncs, 1, __ATOMIC_SEQ_CST); \
		sync_record(SYNC_BEGAN, which, number, fd);                     \
		int failed = REAL(name)(fd);                                    \
		int error = errno;                                              \
		if (!failed)                                                    \
			sync_record(SYNCED, which, number, fd);                 \
		errno = error;                                                  \
		return failed;                                                  \
	}
SYNC(fsync)
SYNC(fdatasync)

/* Telling the world. */

#define SENDING(fd, call, data, count)                                                          \
	do {                                                                                    \
		pthread_mutex_lock(&lock);                                                      \
		ssize_t done = call;                                                            \
		int error = errno;                                                              \
		if (done > 0)                                                                   \
			record(SENT, NO_FILE, 0, data, count, done, fd);                        \
		pthread_mutex_unlock(&lock);                                                    \
		errno = error;                                                                  \
		return done;                                                                    \
	} while (0)

ssize_t write(int fd, const void *bytes, size_t length)
{
	enum file which = file(fd);
	struct iovec data = { (void *)bytes, length };
	if (which == NO_FILE && !is_socket(fd))
		return REAL(write)(fd, bytes, length);
	if (which == NO_FILE)
		SENDING(fd, REAL(write)(fd, bytes, length), &data, 1);
	pthread_mutex_lock(&lock);
	off_t offset = lseek(fd, 0, SEEK_CUR);
	ssize_t done = REAL(write)(fd, bytes, length);
	int error = errno;
	if (done > 0)
		record(WRITTEN, which, offset, &data, 1, done, fd);
	pthread_mutex_unlock(&lock);
	errno = error;
	return done;
}

ssize_t writev(int fd, const struct iovec *data, int count)
{
	if (!is_socket(fd))
		return REAL(writev)(fd, data, count);
	SENDING(fd, REAL(writev)(fd, data, count), data, count);
}

ssize_t send(int fd, const void *bytes, size_t length, int flags)
{
	struct iovec data = { (void *)bytes, length };
	if (record_fd < 0)
		return REAL(send)(fd, bytes, length, flags);
	SENDING(fd, REAL(send)(fd, bytes, length, flags), &data, 1);
}

ssize_t sendmsg(int fd, const struct msghdr *message, int flags)
{
	if (record_fd < 0)
		return REAL(sendmsg)(fd, message, flags);
	SENDING(fd, REAL(sendmsg)(fd, message, flags), message->msg_iov, message->msg_iovlen);
}
