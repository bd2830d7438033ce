package kubernetes

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/kyaml/filesys"
)

// An installation is what kustomize makes of a folder, and kubectl would apply.
type installation struct {
	configs map[string]*corev1.ConfigMap
	claims  map[string]*corev1.PersistentVolumeClaim
	rules   []*networkingv1.NetworkPolicy
	pods    []pod
}

// A pod is what makes pods: the template, and the Job around it if there is one.
type pod struct {
	corev1.PodTemplateSpec
	name string
	job  *batchv1.JobSpec
	cron *batchv1.CronJobSpec
}

// installations are all that can be applied: the folders with a kustomization, and each of
// the imports with the component that is for them.
func installations(t *testing.T) map[string]installation {
	t.Helper()
	all := map[string]installation{}
	for _, folder := range []string{"inbox", "import", "import-sharded", "overlays/example"} {
		all[folder] = install(t, folder)
	}
	here, err := filepath.Abs(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, folder := range []string{"import", "import-sharded"} {
		overlay := t.TempDir()
		up, err := filepath.Rel(overlay, here)
		if err != nil {
			t.Fatal(err)
		}
		content := fmt.Sprintf("resources: [%s/%s]\ncomponents: [%[1]s/components/group]\n", up, folder)
		if err := os.WriteFile(filepath.Join(overlay, "kustomization.yaml"), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		all[folder+" with a group"] = install(t, overlay)
	}
	return all
}

// install builds a folder and decodes what comes of it.
func install(t *testing.T, folder string) installation {
	t.Helper()
	built, err := krusty.MakeKustomizer(krusty.MakeDefaultOptions()).Run(filesys.MakeFsOnDisk(), folder)
	if err != nil {
		t.Fatal(err)
	}
	in := installation{configs: map[string]*corev1.ConfigMap{}, claims: map[string]*corev1.PersistentVolumeClaim{}}
	for _, resource := range built.Resources() {
		content, err := resource.AsYAML()
		if err != nil {
			t.Fatal(err)
		}
		object, err := decode(content)
		if err != nil {
			t.Fatalf("%s: %v\n%s", folder, err, content)
		}
		in.add(t, object)
	}
	return in
}

func (in *installation) add(t *testing.T, object runtime.Object) {
	t.Helper()
	switch o := object.(type) {
	case *corev1.ConfigMap:
		in.configs[o.Name] = o
	case *corev1.PersistentVolumeClaim:
		in.claims[o.Name] = o
	case *networkingv1.NetworkPolicy:
		in.rules = append(in.rules, o)
	case *batchv1.CronJob:
		in.pods = append(in.pods, pod{o.Spec.JobTemplate.Spec.Template, o.Name, &o.Spec.JobTemplate.Spec, &o.Spec})
	case *batchv1.Job:
		in.pods = append(in.pods, pod{o.Spec.Template, o.Name, &o.Spec, nil})
	case *appsv1.Deployment:
		in.pods = append(in.pods, pod{o.Spec.Template, o.Name, nil, nil})
	case *corev1.ServiceAccount:
	default:
		t.Fatalf("nothing checks a %T", o)
	}
}

// job is the pod with the program in it, of which each installation has one.
func (in installation) job(t *testing.T) pod {
	t.Helper()
	jobs := slices.DeleteFunc(slices.Clone(in.pods), func(p pod) bool { return p.job == nil })
	if len(jobs) != 1 || len(jobs[0].Spec.Containers) != 1 {
		t.Fatalf("there are %d Jobs", len(jobs))
	}
	return jobs[0]
}

// env is the value of a variable of the program's, "" if it has none.
func (p pod) env(name string) string {
	for _, v := range p.Spec.Containers[0].Env {
		if v.Name == name {
			return v.Value
		}
	}
	return ""
}

// decode reads a manifest as the API server does that was asked to be strict: a field that
// the type does not have is an error, and so is one that is there twice.
func decode(content []byte) (runtime.Object, error) {
	scheme := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{appsv1.AddToScheme, batchv1.AddToScheme, corev1.AddToScheme, networkingv1.AddToScheme} {
		if err := add(scheme); err != nil {
			return nil, err
		}
	}
	object, _, err := serializer.NewCodecFactory(scheme, serializer.EnableStrict).UniversalDeserializer().Decode(content, nil, nil)
	return object, err
}

// files are the contents of the files here whose names end in one of some ways, by path.
func files(t *testing.T, ends ...string) map[string]string {
	t.Helper()
	found := map[string]string{}
	err := filepath.WalkDir(".", func(path string, _ fs.DirEntry, err error) error {
		for _, end := range ends {
			if err == nil && strings.HasSuffix(path, end) {
				content, failed := os.ReadFile(path)
				found[path], err = string(content), failed
			}
		}
		return err
	})
	if err != nil || len(found) == 0 {
		t.Fatal(len(found), err)
	}
	return found
}
