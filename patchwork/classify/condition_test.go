package classify

import (
	"reflect"
	"slices"
	"strings"
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

// A setting that does nothing, because what it belongs to was not chosen, is said to be so, and no other is.
func TestSettingsThatDoNothingAreNamed(t *testing.T) {
	for _, c := range []struct {
		set  map[string]string
		want []string
	}{
		{nil, nil},
		{map[string]string{"loss": "focal", "gamma": "1"}, nil},
		{map[string]string{"head": "logistic", "loss": "sigmoid", "semi": "none"}, nil}, // as they are anyway
		{map[string]string{"head": "logistic", "loss": "focal", "gamma": "1"}, []string{
			"loss is set to focal and does nothing: it goes with head linear or mlp, and head is logistic", "gamma is set to 1 and does nothing: it goes with loss focal, and loss does nothing"}},
		{map[string]string{"gamma": "1"}, []string{"gamma is set to 1 and does nothing: it goes with loss focal, and loss does nothing"}},
		{map[string]string{"gamma": "1", "epochs": "3"}, []string{"gamma is set to 1 and does nothing: it goes with loss focal, and loss is sigmoid"}},
		{map[string]string{"head": "linear", "hidden": "64"}, []string{"hidden is set to 64 and does nothing: it goes with head mlp, and head is linear"}},
		{map[string]string{"head": "linear", "confusion": "0.25"}, []string{"confusion is set to 0.25 and does nothing: it goes with head mlp, and head is linear"}},
	} {
		var o Options
		for _, s := range Settings() {
			if err := s.Set(&o, c.set[s.Name]); err != nil {
				t.Fatal(err)
			}
		}
		filled := o.WithDefaults()
		if got := filled.idle(o); !slices.Equal(got, c.want) {
			t.Errorf("%v: %q, want %q", c.set, got, c.want)
		}
		if got := filled.idle(filled); o.Loss == "" && o.Gamma == 0 && o.Hidden == 0 && o.Confusion == 0 && len(got) > 0 {
			t.Errorf("the filled-in options of %v: %q", c.set, got)
		}
	}
	d, _ := blobs(40, 8, 2, 0.5, true)
	if w := train(t, d, Options{Head: LogisticHead, Loss: FocalLoss}).Info().Warnings; !slices.ContainsFunc(w, func(w string) bool { return strings.HasPrefix(w, "loss is set to focal") }) {
		t.Errorf("warnings %q", w)
	}
}

// 0 in a field stands for the default; as text it is taken only where it means what it says.
func TestZeroAsTextIsNoDefaultInDisguise(t *testing.T) {
	taken := map[string]bool{"dropout": true, "smoothing": true, "patience": true, "gamma_present": true, "confusion": true}
	for _, s := range Settings() {
		if len(s.Choices) > 0 || s.Text {
			continue
		}
		var o Options
		err := s.Set(&o, "0")
		if taken[s.Name] != (err == nil) {
			t.Errorf("%s of 0: %v", s.Name, err)
		}
		if err != nil && !strings.Contains(err.Error(), "or nothing for the default ("+s.Default+")") {
			t.Errorf("%s: %v", s.Name, err)
		}
	}
}
