#include <errno.h>
#include <string.h>

#include "check.h"
#include "indexer/script_dir.h"
#include "indexer/tool.h"

static const char *cure(enum script_state state)
{
    static const char *const cures[] = {
        [SCRIPT_NOT_EXECUTABLE] = "chmod +x it; or let its name end in .disabled, and it is passed over",
        [SCRIPT_ODD_NAME] = "rename it",
        [SCRIPT_LINK] = "put a script in its place that executes what it leads to",
        [SCRIPT_NO_FILE] = "move it away",
        [SCRIPT_FOREIGN] = "chown root it",
        [SCRIPT_WRITABLE] = "chmod go-w it",
        [SCRIPT_LEFTOVER] = "rename it (lvindex.conf(5) lists such names); or chmod -x it, if it is one",
    };

    return cures[state];
}

int check_scripts(struct check *check)
{
    CLEANUP_SCRIPTS struct script_dir dir;
    int rc = script_dir_read(tool_config_dir(), 0, &dir);

    if (rc == -ENOMEM)
        return rc;
    if (rc < 0)
        return rc == -ENOENT || rc == -EACCES
                   ? 0
                   : check_add(check, "lvindex-hook runs no script of yours", "make it a directory", "%s: %s",
                               dir.path, strerror(-rc));
    if (dir.state != SCRIPT_RUNS)
        return check_add(check, "lvindex-hook runs no script of yours", cure(dir.state), "%s: %s", dir.path,
                         script_state_text(dir.state));
    for (size_t i = 0; rc == 0 && i < dir.count; i++) {
        if (dir.at[i].state != SCRIPT_RUNS)
            rc = check_add(check, "lvindex-hook does not run it", cure(dir.at[i].state), "%s: %s",
                           dir.at[i].path, script_state_text(dir.at[i].state));
    }
    return rc;
}
