package kubernetes

import (
	"maps"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/labels"
	"sigs.k8s.io/yaml"
)

// TestFiles decodes each manifest as it lies there, the patches as well. The kustomizations
// and what they make of the manifests are read by kustomize, in every other test.
func TestFiles(t *testing.T) {
	for name, content := range files(t, ".yaml") {
		if base := path.Base(name); base == "kustomization.yaml" || base == "config.yaml" {
			continue
		}
		for document := range strings.SplitSeq(content, "\n---\n") {
			if _, err := decode([]byte(document)); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
}

// TestUnknownFields is the proof that the decoding is strict.
func TestUnknownFields(t *testing.T) {
	for _, wrong := range []string{
		"apiVersion: batch/v1\nkind: Job\nmetadata: {name: x}\nspec: {backofLimit: 1}\n",
		"apiVersion: batch/v1\nkind: Job\nmetadata: {name: x}\nspec: {backoffLimit: 1, backoffLimit: 2}\n",
		"apiVersion: batch/v1\nkind: Jobs\nmetadata: {name: x}\n",
		"apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\ndata: {key: 1}\n",
	} {
		if _, err := decode([]byte(wrong)); err == nil {
			t.Errorf("decoded\n%s", wrong)
		}
	}
}

// TestWords looks for variables and flags of the program in everything that lies here, also
// in comments and pages: they must be there.
func TestWords(t *testing.T) {
	variables := map[string]bool{}
	for key := range settings(t) {
		variables["OKRSYNC_"+strings.ToUpper(strings.ReplaceAll(key, ".", "_"))] = true
	}
	known := flags(t, "sync")
	maps.Copy(known, flags(t, "inbox"))
	for name, content := range files(t, ".yaml", ".md") {
		for _, variable := range regexp.MustCompile(`OKRSYNC_\w+`).FindAllString(content, -1) {
			if !variables[variable] {
				t.Errorf("%s: no key has the variable %s", name, variable)
			}
		}
		if name == "components/metrics/exporter.yaml" {
			continue // the flags are another program's
		}
		for _, flag := range regexp.MustCompile(`(?m)- --([\w-]+)`).FindAllStringSubmatch(content, -1) {
			if !known[flag[1]] {
				t.Errorf("%s: there is no flag --%s", name, flag[1])
			}
		}
	}
}

// TestTimes holds the times of a pod against those of the program in it.
func TestTimes(t *testing.T) {
	for name, in := range installations(t) {
		p := in.job(t)
		// The calls that are out, three seconds for a group's bot that does not answer, and
		// some for the result files.
		drain := in.timeout(t) + 3*time.Second + 20*time.Second
		if grace := time.Duration(*p.Spec.TerminationGracePeriodSeconds) * time.Second; grace < drain {
			t.Errorf("%s: the drain may take %s, and has %s", name, drain, grace)
		}
		if p.job.ActiveDeadlineSeconds == nil {
			t.Errorf("%s: a run that hangs would hang for ever", name)
		}
		if p.cron == nil {
			continue
		}
		if zone := *p.cron.TimeZone; zone != p.env("TZ") {
			t.Errorf("%s: the schedule goes by %s, the folders by %s", name, zone, p.env("TZ"))
		} else if _, err := time.LoadLocation(zone); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		// Below ten seconds, as often as the controller looks, some turns would never come.
		if *p.cron.StartingDeadlineSeconds < 10 || p.cron.ConcurrencyPolicy != batchv1.ForbidConcurrent {
			t.Errorf("%s: %+v", name, p.cron)
		}
	}
}

// timeout is how long a call of the program may take, by its configuration.
func (in installation) timeout(t *testing.T) time.Duration {
	t.Helper()
	var config struct{ Feishu struct{ Timeout string } }
	for _, m := range in.configs {
		if err := yaml.Unmarshal([]byte(m.Data["config.yaml"]), &config); err != nil {
			t.Fatal(err)
		}
	}
	if config.Feishu.Timeout == "" {
		config.Feishu.Timeout, _ = settings(t)["feishu.timeout"].(string)
	}
	timeout, err := time.ParseDuration(config.Feishu.Timeout)
	if err != nil {
		t.Fatal(err)
	}
	return timeout
}

// TestNetwork looks for the policy of each pod: there is one, which keeps everybody out of
// the program and lets it call Feishu; the exporter is called and calls nobody.
func TestNetwork(t *testing.T) {
	for name, in := range installations(t) {
		for _, p := range in.pods {
			found := 0
			for _, rule := range in.rules {
				if !labels.SelectorFromSet(rule.Spec.PodSelector.MatchLabels).Matches(labels.Set(p.Labels)) {
					continue
				}
				found++
				calls, called := len(rule.Spec.Egress) > 0, len(rule.Spec.Ingress) > 0
				if len(rule.Spec.PolicyTypes) != 2 || calls != (p.job != nil) || called != (p.job == nil) {
					t.Errorf("%s: %s: %+v", name, p.name, rule.Spec)
				}
			}
			if found != 1 {
				t.Errorf("%s: %d policies are about %s", name, found, p.name)
			}
		}
	}
}

// TestShards holds the numbers of an import over pods together: as many pods as shards, all
// at once, on a volume that all can have.
func TestShards(t *testing.T) {
	in := install(t, "import-sharded")
	p := in.job(t)
	count := strconv.Itoa(int(*p.job.Completions))
	if p.env("OKRSYNC_SYNC_SHARDS") != count || *p.job.Completions != *p.job.Parallelism {
		t.Errorf("%s pods, %d of them at once, and %q shards", count, *p.job.Parallelism, p.env("OKRSYNC_SYNC_SHARDS"))
	}
	if *p.job.CompletionMode != batchv1.IndexedCompletion || p.job.BackoffLimit != nil || p.job.BackoffLimitPerIndex == nil {
		t.Errorf("%+v", p.job)
	}
	if modes := in.claims["okrsync-import"].Spec.AccessModes; !slices.Equal(modes, []corev1.PersistentVolumeAccessMode{corev1.ReadWriteMany}) {
		t.Errorf("the volume is %v", modes)
	}
}
