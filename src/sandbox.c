#include "sandbox.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef __linux__
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#if defined __has_include
#if __has_include(<linux/landlock.h>)
#include <linux/landlock.h>
#endif
#endif
#endif

/* The folder of a file: "." for a name without one. */
static void add_folder(struct buf *out, const char *path)
{
    const char *slash = strrchr(path, '/');

    if (slash == NULL)
        buf_add_char(out, '.');
    else
        buf_add(out, path, slash == path ? 1 : (size_t)(slash - path));
}

void sandbox_prepare(const char *database)
{
    struct buf folder = {.limit = 1 << 16};

    add_folder(&folder, database);
    if (!folder.full)
        setenv("SQLITE_TMPDIR", folder.data, 0); /* what the user set stays */
    buf_free(&folder);
}

/* --- Landlock ------------------------------------------------------------------------ */

#if defined LANDLOCK_CREATE_RULESET_VERSION && defined SYS_landlock_create_ruleset

#define READ_FILE   LANDLOCK_ACCESS_FS_READ_FILE
#define READ_FOLDER (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)
/* Name lookup loads its modules at run time. */
#define LOAD (READ_FOLDER | LANDLOCK_ACCESS_FS_EXECUTE)
/* All rights of the first version: what is not given below is refused. */
#define ALL ((LANDLOCK_ACCESS_FS_MAKE_SYM << 1) - 1)
#define WRITE                                                                                                          \
    (READ_FOLDER | LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_REMOVE_FILE)

static const struct {
    const char *path;
    uint64_t rights;
} SYSTEM_FILES[] = {
    /* certificates */
    {"/etc/ssl", READ_FOLDER},
    {"/etc/pki", READ_FOLDER},
    {"/etc/ca-certificates", READ_FOLDER},
    {"/etc/crypto-policies", READ_FOLDER},
    {"/etc/gnutls", READ_FOLDER},
    {"/usr/share/ca-certificates", READ_FOLDER},
    {"/usr/local/share/ca-certificates", READ_FOLDER},
    {"/usr/lib/ssl", READ_FOLDER},
    {"/usr/share/pki", READ_FOLDER},
    /* name lookup */
    {"/etc/resolv.conf", READ_FILE},
    {"/etc/hosts", READ_FILE},
    {"/etc/nsswitch.conf", READ_FILE},
    {"/etc/host.conf", READ_FILE},
    {"/etc/gai.conf", READ_FILE},
    {"/etc/services", READ_FILE},
    {"/etc/protocols", READ_FILE},
    {"/run/systemd/resolve", READ_FOLDER},
    {"/run/resolvconf", READ_FOLDER},
    {"/run/NetworkManager", READ_FOLDER},
    {"/etc/ld.so.cache", READ_FILE},
    {"/lib", LOAD},
    {"/lib64", LOAD},
    {"/usr/lib", LOAD},
    {"/usr/lib64", LOAD},
    {"/usr/local/lib", LOAD},
    /* the machine itself */
    {"/usr/share/zoneinfo", READ_FOLDER},
    {"/usr/share/locale", READ_FOLDER},
    {"/etc/localtime", READ_FILE},
    {"/dev/null", READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE},
    {"/dev/urandom", READ_FILE},
    {"/sys/devices/system/cpu", READ_FOLDER},
    {"/proc/self", READ_FOLDER},
};

static int landlock_version(void)
{
    return (int)syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
}

/* A path that is not there needs no rule. */
static bool allow(int rules, const char *path, uint64_t rights)
{
    struct landlock_path_beneath_attr rule = {.allowed_access = rights};
    struct stat is;
    bool good;

    rule.parent_fd = open(path, O_PATH | O_CLOEXEC);
    if (rule.parent_fd < 0)
        return true;
    /* Rights of folders are refused for a file. */
    if (fstat(rule.parent_fd, &is) == 0 && !S_ISDIR(is.st_mode))
        rule.allowed_access &=
            LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_EXECUTE;
    good = syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) == 0;
    close(rule.parent_fd);
    return good;
}

static bool restrict_files(const struct sandbox_files *files)
{
    struct landlock_ruleset_attr attributes = {.handled_access_fs = ALL};
    struct buf folder = {.limit = 1 << 16};
    bool good = true;
    int rules;

    if (landlock_version() < 1)
        return true;
    rules = (int)syscall(SYS_landlock_create_ruleset, &attributes, sizeof attributes, 0);
    if (rules < 0)
        return false;
    for (size_t i = 0; i < sizeof SYSTEM_FILES / sizeof SYSTEM_FILES[0]; i++)
        good &= allow(rules, SYSTEM_FILES[i].path, SYSTEM_FILES[i].rights);
    add_folder(&folder, files->database);
    good &= !folder.full && allow(rules, folder.data, WRITE);
    for (const char *const *path = files->read; path != NULL && *path != NULL; path++)
        good &= allow(rules, *path, READ_FOLDER);
    good = good && syscall(SYS_landlock_restrict_self, rules, 0) == 0;
    close(rules);
    buf_free(&folder);
    return good;
}

#else

static int landlock_version(void)
{
    return 0;
}

static bool restrict_files(const struct sandbox_files *files)
{
    (void)files;
    return true;
}

#endif

/* --- seccomp ------------------------------------------------------------------------- */

#if defined __x86_64__
#define THIS_MACHINE AUDIT_ARCH_X86_64
#elif defined __aarch64__
#define THIS_MACHINE AUDIT_ARCH_AARCH64
#endif

#if defined __linux__ && defined THIS_MACHINE && defined SECCOMP_MODE_FILTER

#define REFUSE(name)                                                                                                   \
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_##name, 0, 1), BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM)

/* The leak sanitizer stops the threads of its own process by ptrace. */
#if defined __has_feature
#if __has_feature(address_sanitizer)
#define WATCHED_FROM_INSIDE 1
#endif
#endif
#ifdef __SANITIZE_ADDRESS__
#define WATCHED_FROM_INSIDE 1
#endif

/* A list of what is refused, not of what is allowed: libraries and their versions differ in what they need, and a
 * crawl that dies of a new libc's choice would be switched to --no-sandbox for ever. */
static const struct sock_filter FILTER[] = {
    BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)),
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, THIS_MACHINE, 1, 0),
    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS), /* a system call of another machine's numbers */
    BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
#ifdef __x86_64__
    BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, 0x40000000, 0, 1), /* x32: likewise */
    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
#endif
    REFUSE(execve),
    REFUSE(execveat),
#ifndef WATCHED_FROM_INSIDE
    REFUSE(ptrace),
#endif
    REFUSE(process_vm_readv),
    REFUSE(process_vm_writev),
    REFUSE(mount),
    REFUSE(umount2),
    REFUSE(pivot_root),
    REFUSE(chroot),
    REFUSE(setns),
    REFUSE(unshare),
    REFUSE(bpf),
    REFUSE(perf_event_open),
    REFUSE(userfaultfd),
    REFUSE(kexec_load),
    REFUSE(init_module),
    REFUSE(finit_module),
    REFUSE(delete_module),
    REFUSE(reboot),
    REFUSE(swapon),
    REFUSE(swapoff),
    REFUSE(add_key),
    REFUSE(request_key),
    REFUSE(keyctl),
    REFUSE(settimeofday),
    REFUSE(clock_settime),
    REFUSE(sethostname),
    REFUSE(acct),
    REFUSE(quotactl),
    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
};

static bool restrict_calls(void)
{
    struct sock_fprog program = {sizeof FILTER / sizeof FILTER[0], (struct sock_filter *)FILTER};

    if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0)
        return true;
    return errno == EINVAL; /* a kernel without it */
}

static bool has_seccomp(void)
{
    return prctl(PR_GET_SECCOMP, 0, 0, 0, 0) >= 0;
}

#else

static bool restrict_calls(void)
{
    return true;
}

static bool has_seccomp(void)
{
    return false;
}

#endif

/* --- Both ------------------------------------------------------------------------------ */

bool sandbox_enter(const struct sandbox_files *files)
{
#ifdef PR_SET_NO_NEW_PRIVS
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        return true; /* no kernel of ours */
#endif
    bool files_restricted = restrict_files(files);

    return restrict_calls() && files_restricted;
}

void sandbox_add_description(struct buf *out)
{
    int version = landlock_version();

    if (version > 0)
        buf_printf(out, "Landlock %d%s", version, has_seccomp() ? ", " : "");
    if (has_seccomp())
        buf_add_string(out, "seccomp");
    else if (version <= 0)
        buf_add_string(out, "none");
}
