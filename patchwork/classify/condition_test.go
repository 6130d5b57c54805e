package classify

import (
	"reflect"
	"testing"
)

func TestSettingsSayWhatTheyBelongTo(t *testing.T) {
	want := map[string]Condition{"gamma": {"loss", []string{"focal"}}, "margin": {"loss", []string{"asymmetric"}}, "hidden": {"head", []string{"mlp"}}, "beta": {"sampling", []string{"effective"}},
		"period": {"schedule", []string{"exponential", "staircase", "restarts"}}, "warmup": {"schedule", []string{"warmup"}}, "confusion": {"head", []string{"mlp"}},
		"tau": {"semi", []string{"fixmatch", "flexmatch", "freematch", "softmatch"}}, "layers": {"trunk", []string{"convnet"}}, "pooling": {"trunk", []string{"pooling", "convnet"}}, "taps": {"trunk", []string{"pooling", "convnet", "multiscale"}}}
	for _, s := range Settings() {
		switch w, belongs := want[s.Name]; {
		case belongs && (s.With == nil || !reflect.DeepEqual(*s.With, w)):
			t.Errorf("%s belongs to %v, want %v", s.Name, s.With, w)
		case (s.Name == "epochs" || s.Name == "loss" || s.Name == "head") && s.With != nil:
			t.Errorf("%s belongs to %v, want that it always counts", s.Name, s.With)
		}
	}
}
