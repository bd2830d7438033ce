package kubernetes

import (
	"slices"
	"strings"
	"testing"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
)

// TestSense looks for what every type allows and nobody can mean: a job that never begins,
// ends before it is done, or forgets what it has done.
func TestSense(t *testing.T) {
	for name, in := range installations(t) {
		p := in.job(t)
		wrong := func(what string, is bool) {
			if is {
				t.Errorf("%s: %s", name, what)
			}
		}
		wrong("it is suspended", p.job.Suspend != nil && *p.job.Suspend)
		wrong("it has less than ten minutes", p.job.ActiveDeadlineSeconds != nil && *p.job.ActiveDeadlineSeconds < 600)
		tries := p.job.BackoffLimit
		if p.job.BackoffLimitPerIndex != nil {
			tries = p.job.BackoffLimitPerIndex
		}
		wrong("trouble of the network is not tried again", tries == nil || *tries < 1)
		wrong("it is gone before anybody has looked", p.job.TTLSecondsAfterFinished != nil && *p.job.TTLSecondsAfterFinished < 3600)
		if c := p.cron; c != nil {
			wrong("the schedule has not five fields", len(strings.Fields(c.Schedule)) != 5)
			wrong("it is suspended", c.Suspend != nil && *c.Suspend)
			wrong("a turn may be missed within ten seconds", c.StartingDeadlineSeconds == nil || *c.StartingDeadlineSeconds < 60)
			wrong("two passes at once", c.ConcurrencyPolicy != batchv1.ForbidConcurrent)
		}
		for _, mount := range p.Spec.Containers[0].VolumeMounts {
			in.checkMount(t, name, p, mount)
		}
		in.checkEgress(t, name)
	}
}

// checkMount holds that what has to be there tomorrow is on a volume of its own.
func (in installation) checkMount(t *testing.T, name string, p pod, mount corev1.VolumeMount) {
	t.Helper()
	if !slices.Contains([]string{"/inbox", "/runs", "/metrics"}, mount.MountPath) {
		return
	}
	i := slices.IndexFunc(p.Spec.Volumes, func(v corev1.Volume) bool { return v.Name == mount.Name })
	claim := p.Spec.Volumes[i].PersistentVolumeClaim
	if claim == nil {
		t.Errorf("%s: %s is forgotten with the pod", name, mount.MountPath)
		return
	}
	shared := mount.MountPath != "/runs" || p.job.Completions != nil && *p.job.Completions > 1
	if c := in.claims[claim.ClaimName]; shared && (c == nil || !slices.Contains(c.Spec.AccessModes, corev1.ReadWriteMany)) {
		t.Errorf("%s: several have to have %s", name, mount.MountPath)
	}
}

// checkEgress holds that Feishu and a name server can be reached.
func (in installation) checkEgress(t *testing.T, name string) {
	t.Helper()
	open := map[string]bool{}
	for _, policy := range in.rules {
		for _, rule := range policy.Spec.Egress {
			for _, port := range rule.Ports {
				open[string(*port.Protocol)+" "+port.Port.String()] = true
			}
		}
	}
	for _, port := range []string{"UDP 53", "TCP 53", "TCP 443"} {
		if !open[port] {
			t.Errorf("%s: %s is closed", name, port)
		}
	}
}
