package pretrain

import (
	"slices"
	"strings"
	"testing"
)

// The heads of every method with the setting norm are normalised as it says, and not at all where it says none.
func TestNormOfHeads(t *testing.T) {
	source, _ := drawings(t, 32, 1)
	labels := make([]int32, 32)
	count := 0
	for _, c := range Cards() {
		m, err := New(c.Name)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.ContainsFunc(Settings(m), func(s Setting) bool { return s.Name == "norm" }) {
			continue
		}
		count++
		for _, norm := range []string{"batch", "layer", "none"} {
			if err := Set(m, "norm", norm); err != nil {
				t.Fatal(err)
			}
			o := quick()
			o.Steps, o.Batch = 1, 16
			this := task(t, m, source)
			this.Labels = labels
			r := train(t, this, o)
			var gains, running int
			for v := range r.store.IterVariables() {
				path := v.Path()
				if head := strings.HasPrefix(path, "/student/head/") || strings.HasPrefix(path, "/student/predictor/"); !head {
					continue
				}
				if strings.HasSuffix(path, "/gain") {
					gains++
				}
				if strings.HasSuffix(path, "/variance") {
					running++
				}
			}
			if (gains > 0) != (norm != "none") || (running > 0) != (norm == "batch") {
				t.Errorf("%s with norm %s has %d gains and %d running variances", c.Name, norm, gains, running)
			}
		}
		if err := Set(m, "norm", "group"); err == nil {
			err = m.(Checker).Check()
			if err == nil {
				t.Errorf("%s takes norm group", c.Name)
			}
		}
	}
	if count != 11 {
		t.Errorf("%d methods have the setting norm, want 11", count)
	}
}
