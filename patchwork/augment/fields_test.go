package augment

import (
	stdreflect "reflect"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// TestFieldsReachEveryParameter sets each field alone and looks for it in YAML.
func TestFieldsReachEveryParameter(t *testing.T) {
	fields := Fields()
	if n := stdreflect.TypeFor[Params]().NumField(); len(fields) != n {
		t.Fatalf("%d fields of %d parameters", len(fields), n)
	}
	for i, f := range fields {
		var p Params
		v := f.Most
		if f.Flag {
			v = 1
		}
		f.Set(&p, v)
		if f.Get(p) != v || p.Validate() != nil {
			t.Errorf("%s is %v after it was set to %v (%v)", f.Name, f.Get(p), v, p.Validate())
		}
		text, err := yaml.Marshal(p)
		if err != nil || !strings.HasPrefix(string(text), f.Name+": ") || strings.Count(string(text), "\n") != 1 {
			t.Errorf("field %d, %s, is written as %q (%v)", i, f.Name, text, err)
		}
		if yamlName := strings.Split(stdreflect.TypeFor[Params]().Field(i).Tag.Get("yaml"), ",")[0]; yamlName != f.Name {
			t.Errorf("field %d is %s and the parameter %s", i, f.Name, yamlName)
		}
		if f.About == "" {
			t.Errorf("%s says nothing about itself", f.Name)
		}
		if f.Set(&p, 0); p != (Params{}) {
			t.Errorf("%s set to 0 leaves %+v", f.Name, p)
		}
	}
}

func TestSetsAreValidAndNamedOnce(t *testing.T) {
	seen := map[string]bool{}
	for _, s := range Sets() {
		if err := s.Params.Validate(); err != nil || seen[s.Name] || s.Name == "" || s.About == "" {
			t.Errorf("%+v: %v", s, err)
		}
		seen[s.Name] = true
	}
}
