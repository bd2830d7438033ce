package kubernetes

import (
	"slices"
	"testing"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/pod-security-admission/api"
	"k8s.io/pod-security-admission/policy"
)

// TestPodSecurity holds every pod against the Pod Security Standard "restricted", as the
// API server evaluates it, and against what that does not ask for.
func TestPodSecurity(t *testing.T) {
	evaluator, err := policy.NewEvaluator(policy.DefaultChecks(), nil)
	if err != nil {
		t.Fatal(err)
	}
	check := func(name string, p pod) {
		restricted := api.LevelVersion{Level: api.LevelRestricted, Version: api.LatestVersion()}
		for _, result := range evaluator.EvaluatePod(restricted, &p.ObjectMeta, &p.Spec) {
			if !result.Allowed {
				t.Errorf("%s: %s: %s: %s", name, p.name, result.ForbiddenReason, result.ForbiddenDetail)
			}
		}
		checkPod(t, name+": "+p.name, p.Spec)
	}
	for name, in := range installations(t) {
		for _, p := range in.pods {
			check(name, p)
		}
	}
	object, err := decode([]byte(files(t, "results.yaml")["import/results.yaml"]))
	if err != nil {
		t.Fatal(err)
	}
	results := object.(*corev1.Pod)
	check("import", pod{corev1.PodTemplateSpec{ObjectMeta: results.ObjectMeta, Spec: results.Spec}, results.Name, nil, nil})
	if claim := results.Spec.Volumes[0].PersistentVolumeClaim.ClaimName; install(t, "import").claims[claim] == nil {
		t.Errorf("an import has no volume %s", claim)
	}
}

// checkPod looks for what the Pod Security Standards leave open.
func checkPod(t *testing.T, name string, spec corev1.PodSpec) {
	t.Helper()
	if spec.AutomountServiceAccountToken == nil || *spec.AutomountServiceAccountToken {
		t.Errorf("%s: it gets a token for the cluster", name)
	}
	for _, c := range spec.Containers {
		if c.SecurityContext.ReadOnlyRootFilesystem == nil || !*c.SecurityContext.ReadOnlyRootFilesystem {
			t.Errorf("%s: its root can be written to", name)
		}
		requested, limit := c.Resources.Requests.Memory(), c.Resources.Limits.Memory()
		if requested.IsZero() || limit.Cmp(*requested) <= 0 || c.Resources.Requests.Cpu().IsZero() {
			t.Errorf("%s: %+v", name, c.Resources)
		}
	}
	for _, v := range spec.Volumes {
		if v.EmptyDir != nil && v.EmptyDir.SizeLimit == nil {
			t.Errorf("%s: the volume %s has no end", name, v.Name)
		}
		if v.Secret != nil && (v.Secret.DefaultMode == nil || *v.Secret.DefaultMode != 0o440) {
			t.Errorf("%s: the secret is for everybody to read", name)
		}
	}
}

// TestExitCodes asks the program for its exit codes: each is in one rule, and no other is.
func TestExitCodes(t *testing.T) {
	known := exitCodes(t)
	for name, in := range installations(t) {
		ruled := in.rulings(t, name)
		for code := range ruled {
			if !known[code] {
				t.Errorf("%s: the program has no exit code %d", name, code)
			}
		}
		for code := range known {
			if ruled[code] == "" {
				t.Errorf("%s: no rule is about exit code %d", name, code)
			}
		}
		for _, code := range []int32{2, 4, 5, 10} { // nothing changes until a person does something
			if ruled[code] != batchv1.PodFailurePolicyActionFailJob {
				t.Errorf("%s: after exit code %d comes %s", name, code, ruled[code])
			}
		}
		for _, code := range []int32{7, 130, 143} { // another pod goes on
			if ruled[code] != batchv1.PodFailurePolicyActionCount {
				t.Errorf("%s: after exit code %d comes %s", name, code, ruled[code])
			}
		}
	}
}

// rulings are the exit codes that a policy for failed pods is about, and what it does. What
// is demanded of the rules is what the API server demands beyond their types.
func (in installation) rulings(t *testing.T, name string) map[int32]batchv1.PodFailurePolicyAction {
	t.Helper()
	p := in.job(t)
	if p.Spec.RestartPolicy != corev1.RestartPolicyNever {
		t.Errorf("%s: such a policy needs pods that are not restarted", name)
	}
	actions := []batchv1.PodFailurePolicyAction{batchv1.PodFailurePolicyActionFailJob, batchv1.PodFailurePolicyActionIgnore, batchv1.PodFailurePolicyActionCount}
	if p.job.BackoffLimitPerIndex != nil {
		actions = append(actions, batchv1.PodFailurePolicyActionFailIndex)
	}
	ruled := map[int32]batchv1.PodFailurePolicyAction{}
	disruption := false
	for _, rule := range p.job.PodFailurePolicy.Rules {
		codes := rule.OnExitCodes
		switch {
		case !slices.Contains(actions, rule.Action) || (codes == nil) == (rule.OnPodConditions == nil):
			t.Errorf("%s: %+v", name, rule)
		case codes != nil && rule.Action == batchv1.PodFailurePolicyActionIgnore:
			t.Errorf("%s: after %v a pod is begun for ever", name, codes.Values)
		case codes == nil:
			disruption = rule.Action == batchv1.PodFailurePolicyActionIgnore && rule.OnPodConditions[0].Type == corev1.DisruptionTarget
		case codes.Operator != batchv1.PodFailurePolicyOnExitCodesOpIn || codes.ContainerName == nil || *codes.ContainerName != p.Spec.Containers[0].Name:
			t.Errorf("%s: %+v", name, codes)
		default:
			for i, code := range codes.Values {
				if ruled[code] != "" || code == 0 || i > 0 && codes.Values[i-1] >= code {
					t.Errorf("%s: %d in %v", name, code, codes.Values)
				}
				ruled[code] = rule.Action
			}
		}
	}
	if !disruption {
		t.Errorf("%s: a node that is drained costs a try", name)
	}
	return ruled
}
