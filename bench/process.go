package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"
)

// A usage is what a finished process took, by the account of the operating system.
type usage struct {
	wall, cpu time.Duration
	peak      float64 // MiB
	out       []byte  // its standard output
}

// measure runs a process and measures it. Its exit code must be the wanted one.
func measure(ctx context.Context, dir string, environ []string, name string, args ...string) (usage, error) {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir, cmd.Env = dir, append(os.Environ(), environ...)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	began := time.Now()
	if err := cmd.Run(); err != nil {
		return usage{}, fmt.Errorf("%s: %w\n%s", cmd, err, stderr.Bytes())
	}
	u := usage{wall: time.Since(began), cpu: cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime(), out: stdout.Bytes()}
	account, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage)
	if !ok {
		return usage{}, errors.New("this system does not tell the peak of memory")
	}
	u.peak = float64(account.Maxrss) / 1024 // KiB on Linux
	return u, nil
}

// A server is a running simulator.
type server struct {
	url string
	cmd *exec.Cmd
}

// simulate starts a simulator with the items of as many rows.
func (b *bench) simulate(ctx context.Context, rows int, more ...string) (*server, error) {
	items := rows + rows/9999 + 1 // those that end in zeros are left out
	cmd := exec.CommandContext(ctx, b.path("okrsync"), append([]string{"simulate", fmt.Sprintf("--items=%d", items)}, more...)...)
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	_, address, ok := strings.Cut(line, "http://")
	if err != nil || !ok {
		return nil, errors.Join(fmt.Errorf("the simulator says %q", line), err, cmd.Process.Kill())
	}
	return &server{url: "http://" + strings.Fields(address)[0], cmd: cmd}, nil
}

// stop ends it.
func (s *server) stop() {
	_ = s.cmd.Process.Kill()
	_ = s.cmd.Wait() // it was killed
}
