package classify

import (
	"reflect"
	"testing"
)

func TestSettingsSayWhatTheyBelongTo(t *testing.T) {
	want := map[string]Condition{"gamma": {"loss", []string{"focal"}}, "margin": {"loss", []string{"asymmetric"}}, "hidden": {"head", []string{"mlp"}}, "beta": {"sampling", []string{"effective"}},
		"period": {"schedule", []string{"exponential", "staircase", "restarts"}}, "warmup": {"schedule", []string{"warmup"}}, "confusion": {"head", []string{"mlp"}}, "epochs": {"head", []string{"linear", "mlp"}}, "loss": {"head", []string{"linear", "mlp"}}, "semi": {"head", []string{"linear", "mlp"}},
		"tau": {"semi", []string{"fixmatch", "flexmatch", "freematch", "softmatch"}}, "layers": {"trunk", []string{"convnet"}}, "pooling": {"trunk", []string{"pooling", "convnet"}}, "taps": {"trunk", []string{"pooling", "convnet", "multiscale"}}}
	for _, s := range Settings() {
		switch w, belongs := want[s.Name]; {
		case belongs && (s.With == nil || !reflect.DeepEqual(*s.With, w)):
			t.Errorf("%s belongs to %v, want %v", s.Name, s.With, w)
		case (s.Name == "sampling" || s.Name == "weight_decay" || s.Name == "head") && s.With != nil:
			t.Errorf("%s belongs to %v, want that it always counts", s.Name, s.With)
		}
	}
}

func TestTheHeadThatIsNotNamedHasWhatIsSet(t *testing.T) {
	for _, c := range []struct {
		set  map[string]string
		want Head
	}{
		{nil, LogisticHead},
		{map[string]string{"sampling": "instance", "weight_decay": "0.1"}, LogisticHead},
		{map[string]string{"loss": "sigmoid", "semi": "none"}, LogisticHead}, // as they are anyway
		{map[string]string{"posterior": "full"}, LogisticHead},
		{map[string]string{"loss": "focal"}, LinearHead},
		{map[string]string{"epochs": "3"}, LinearHead},
		{map[string]string{"semi": "flexmatch"}, LinearHead},
		{map[string]string{"semi": "flexmatch", "confusion": "0.25"}, MLPHead},
		{map[string]string{"hidden": "64", "epochs": "3"}, MLPHead},
		{map[string]string{"neighbours": "3"}, NeighboursHead},
		{map[string]string{"trunk": "convnet"}, LinearHead},
		{map[string]string{"trunk": "multiscale"}, LogisticHead},
		{map[string]string{"trunk": "multiscale", "scale_dropout": "0.3"}, LinearHead},
		{map[string]string{"neighbours": "3", "epochs": "3"}, LinearHead}, // no head has both
		{map[string]string{"loss": "focal", "head": "mlp"}, MLPHead},
	} {
		var o Options
		for _, s := range Settings() {
			if err := s.Set(&o, c.set[s.Name]); err != nil {
				t.Fatal(err)
			}
		}
		if got := o.WithDefaults().Head; got != c.want {
			t.Errorf("with %v the head is %s, want %s", c.set, got, c.want)
		}
	}
}
