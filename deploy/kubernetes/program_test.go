package kubernetes

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"sigs.k8s.io/yaml"
)

// program is the built program, static as in the image.
var program string

func TestMain(m *testing.M) {
	os.Exit(func() int {
		folder, err := os.MkdirTemp("", "okrsync-kubernetes-*")
		if err != nil {
			panic(err)
		}
		defer os.RemoveAll(folder)
		program = filepath.Join(folder, "okrsync")
		build := exec.CommandContext(context.Background(), "go", "build", "-o", program, "./cmd/okrsync")
		build.Dir = "../.."
		build.Env = append(os.Environ(), "CGO_ENABLED=0")
		if out, err := build.CombinedOutput(); err != nil {
			fmt.Fprintf(os.Stderr, "%v\n%s", err, out)
			return 1
		}
		return m.Run()
	}())
}

// help is a page of the program's help.
func help(t *testing.T, topic string) string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), program, "help", topic, "--lang", "en").Output()
	if err != nil {
		t.Fatalf("help %s: %v", topic, err)
	}
	return string(out)
}

// flags are the flags of a command, as its help lists them.
func flags(t *testing.T, command string) map[string]bool {
	t.Helper()
	known := map[string]bool{}
	for _, flag := range regexp.MustCompile(`(?m)^ +(?:-\w, )?--([\w-]+)`).FindAllStringSubmatch(help(t, command), -1) {
		known[flag[1]] = true
	}
	return known
}

// exitCodes are those that the program explains, without 0.
func exitCodes(t *testing.T) map[int32]bool {
	t.Helper()
	codes := map[int32]bool{}
	for _, line := range regexp.MustCompile(`(?m)^  (\d+(?:, \d+)*) `).FindAllStringSubmatch(help(t, "exit-codes"), -1) {
		for code := range strings.SplitSeq(line[1], ", ") {
			n, err := strconv.ParseInt(code, 10, 32)
			if err != nil {
				t.Fatal(err)
			}
			codes[int32(n)] = true
		}
	}
	if !codes[0] || !codes[143] {
		t.Fatalf("help exit-codes lists only %v", codes)
	}
	delete(codes, 0)
	return codes
}

// settings are the defaults of all keys of the configuration, by path.
func settings(t *testing.T) map[string]any {
	t.Helper()
	content, err := os.ReadFile("../../config.example.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var root map[string]any
	if err := yaml.Unmarshal(content, &root); err != nil {
		t.Fatal(err)
	}
	all := map[string]any{}
	var walk func(path string, value any)
	walk = func(path string, value any) {
		keys, ok := value.(map[string]any)
		if !ok {
			all[path] = value
		}
		for key, value := range keys {
			walk(strings.TrimPrefix(path+"."+key, "."), value)
		}
	}
	walk("", root)
	return all
}

// simulate starts a simulated Feishu and returns its address.
func simulate(t *testing.T) string {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	cmd := exec.CommandContext(ctx, program, "simulate")
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		stop()
		_ = cmd.Wait() // it was interrupted
	})
	address, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(address)
}
