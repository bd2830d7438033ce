package main

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
)

// contained runs the program of an image: in its file system and by its user where this
// process may, else as it is.
func contained(ctx context.Context, root string, args ...string) *exec.Cmd {
	if os.Getuid() != 0 {
		cmd := exec.CommandContext(ctx, filepath.Join(root, "okrsync"), args...)
		cmd.Dir, cmd.Env = filepath.Join(root, "data"), []string{}
		return cmd
	}
	cmd := exec.CommandContext(ctx, "/okrsync", args...)
	cmd.Dir, cmd.Env = "/data", []string{}
	cmd.SysProcAttr = &syscall.SysProcAttr{Chroot: root, Credential: &syscall.Credential{Uid: user, Gid: user}}
	return cmd
}
