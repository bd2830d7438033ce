package kubernetes

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"syscall"
	"testing"

	corev1 "k8s.io/api/core/v1"
)

// A machine has the file system of an installation's containers: a root that nobody can
// write to with the program in it, and the volumes where they are mounted.
type machine struct {
	in     installation
	root   string
	secret map[string]string // the keys of the secret okrsync
}

func newMachine(t *testing.T, in installation, secret map[string]string) machine {
	t.Helper()
	m := machine{in, t.TempDir(), secret}
	if err := os.Link(program, filepath.Join(m.root, "okrsync")); err != nil {
		t.Fatal(err)
	}
	m.mount(t, in.job(t))
	if err := os.Chmod(m.root, 0o555); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.Chmod(m.root, 0o700) }) // so that it can be removed
	return m
}

// mount lays out the volumes of a pod's container.
func (m machine) mount(t *testing.T, p pod) {
	t.Helper()
	for _, mount := range p.Spec.Containers[0].VolumeMounts {
		i := slices.IndexFunc(p.Spec.Volumes, func(v corev1.Volume) bool { return v.Name == mount.Name })
		if i < 0 || mount.SubPath != "" {
			t.Fatalf("%s: this test cannot mount %+v", p.name, mount)
		}
		content, writable := m.volume(t, p.Spec.Volumes[i])
		folder := filepath.Join(m.root, mount.MountPath)
		if err := os.MkdirAll(folder, 0o755); err != nil {
			t.Fatal(err)
		}
		for name, text := range content {
			m.write(t, p, filepath.Join(mount.MountPath, name), text)
		}
		mode := os.FileMode(0o555)
		if writable && !mount.ReadOnly {
			mode = 0o700
		}
		m.own(t, p, folder, mode)
		t.Cleanup(func() { _ = os.Chmod(folder, 0o700) }) // so that it can be removed
	}
}

// volume tells what is in a volume, and whether it can be written to.
func (m machine) volume(t *testing.T, v corev1.Volume) (content map[string]string, writable bool) {
	t.Helper()
	switch {
	case v.ConfigMap != nil && m.in.configs[v.ConfigMap.Name] != nil:
		return m.in.configs[v.ConfigMap.Name].Data, false
	case v.Secret != nil && v.Secret.SecretName == "okrsync":
		return m.secret, false
	case v.PersistentVolumeClaim != nil && m.in.claims[v.PersistentVolumeClaim.ClaimName] != nil, v.EmptyDir != nil:
		return nil, true
	}
	t.Fatalf("the volume %s has nothing behind it", v.Name)
	return nil, false
}

// write puts a file into a container, its folder as well if it is not there.
func (m machine) write(t *testing.T, p pod, path, content string) {
	t.Helper()
	path = filepath.Join(m.root, path)
	if _, err := os.Stat(filepath.Dir(path)); err != nil {
		if err := os.Mkdir(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		m.own(t, p, filepath.Dir(path), 0o700)
	}
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	m.own(t, p, path, 0o440)
}

// own gives a file to the user of a pod, as fsGroup does.
func (m machine) own(t *testing.T, p pod, path string, mode os.FileMode) {
	t.Helper()
	if os.Getuid() == 0 {
		if err := os.Chown(path, int(*p.Spec.SecurityContext.RunAsUser), int(*p.Spec.SecurityContext.FSGroup)); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Chmod(path, mode); err != nil {
		t.Fatal(err)
	}
}

// run starts the pods with the program in them, side by side, and waits for them. More
// arguments and variables come behind those of the manifests.
func (m machine) run(t *testing.T, args, env []string) {
	t.Helper()
	var wg sync.WaitGroup
	p := m.in.job(t)
	count := int32(1)
	if p.job.Completions != nil {
		count = *p.job.Completions
	}
	for index := range count {
		env := slices.Concat(m.environ(t, p), env)
		if p.job.CompletionMode != nil {
			// kubernetes.io/docs/concepts/workloads/controllers/job, "Completion mode".
			env = append(env, "JOB_COMPLETION_INDEX="+strconv.Itoa(int(index)))
		}
		cmd := m.command(t, p, args, env)
		wg.Go(func() {
			var said bytes.Buffer
			cmd.Stdout, cmd.Stderr = &said, &said
			if err := cmd.Run(); err != nil {
				t.Errorf("%s: %q: %v\n%s", p.name, cmd.Args, err, said.String())
			}
		})
	}
	wg.Wait()
}

// command is a container of a pod: the program with its arguments, as its user, with its
// root. Without the rights of root this takes a user namespace.
func (m machine) command(t *testing.T, p pod, args, env []string) *exec.Cmd {
	t.Helper()
	uid, gid := int(*p.Spec.SecurityContext.RunAsUser), int(*p.Spec.SecurityContext.RunAsGroup)
	cmd := exec.CommandContext(t.Context(), "/okrsync", slices.Concat(p.Spec.Containers[0].Args, args)...)
	cmd.Dir, cmd.Env = "/", env
	cmd.SysProcAttr = &syscall.SysProcAttr{Chroot: m.root}
	if os.Getuid() == 0 {
		cmd.SysProcAttr.Credential = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
		return cmd
	}
	cmd.SysProcAttr.Cloneflags = syscall.CLONE_NEWUSER
	cmd.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{ContainerID: uid, HostID: os.Getuid(), Size: 1}}
	cmd.SysProcAttr.GidMappings = []syscall.SysProcIDMap{{ContainerID: gid, HostID: os.Getgid(), Size: 1}}
	return cmd
}

// environ are the variables of a pod's container.
func (m machine) environ(t *testing.T, p pod) []string {
	t.Helper()
	var env []string
	c := p.Spec.Containers[0]
	for _, v := range c.Env {
		value, err := v.Value, error(nil)
		if v.ValueFrom != nil {
			value, err = m.valueFrom(c, *v.ValueFrom)
		}
		if err != nil {
			t.Fatalf("%s: %s: %v", p.name, v.Name, err)
		}
		env = append(env, v.Name+"="+value)
	}
	return env
}

func (m machine) valueFrom(c corev1.Container, from corev1.EnvVarSource) (string, error) {
	switch {
	case from.SecretKeyRef != nil && from.SecretKeyRef.Name == "okrsync":
		value, ok := m.secret[from.SecretKeyRef.Key]
		if !ok {
			return "", fmt.Errorf("the README puts no key %s into the secret", from.SecretKeyRef.Key)
		}
		return value, nil
	case from.ResourceFieldRef != nil && from.ResourceFieldRef.Resource == "requests.memory":
		return strconv.FormatInt(c.Resources.Requests.Memory().Value(), 10), nil
	}
	return "", errors.New("this test does not know where it comes from")
}
