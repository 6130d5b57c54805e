package classify

import "testing"

func TestSettingsSayWhatTheyBelongTo(t *testing.T) {
	want := map[string]Condition{"gamma": {"loss", "focal"}, "margin": {"loss", "asymmetric"}, "hidden": {"head", "mlp"}, "beta": {"sampling", "effective"}}
	for _, s := range Settings() {
		switch w, belongs := want[s.Name]; {
		case belongs && (s.With == nil || *s.With != w):
			t.Errorf("%s belongs to %v, want %v", s.Name, s.With, w)
		case (s.Name == "epochs" || s.Name == "loss" || s.Name == "head") && s.With != nil:
			t.Errorf("%s belongs to %v, want that it always counts", s.Name, s.With)
		}
	}
}
