package classify

import (
	"encoding/json"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/gopatchwork/patchwork/patchwork/labels"
)

// TestStartGoesOnFromAModel: with a step next to nothing, what comes out is what went in, although other rows teach and
// the features are standardised by them; a class that the model does not know begins anew.
func TestStartGoesOnFromAModel(t *testing.T) {
	d, table := blobs(200, 32, 3, 0.5, true)
	d.FeatureID = "tiny-1"
	two := d
	two.Classes = d.Classes[:2]
	first := train(t, two, quick)
	for i := range table.values {
		if row := i / 3; row < 60 {
			table.values[i] = labels.Unknown // so that mean and scale are others
		}
	}
	d.Start = first
	still := quick
	still.Rate, still.Epochs, still.Steps = 1e-9, 1, 1
	second := train(t, d, still)
	old, new := scores(t, first, two), scores(t, second, d)
	n := len(old) / 2
	for row := range n {
		for c := range 2 {
			if a, b := old[row*2+c], new[row*3+c]; math.Abs(float64(a-b)) > 1e-4 {
				t.Fatalf("row %d, class %d: %v, and after going on %v", row, c, a, b)
			}
		}
		if row > 0 && math.Abs(float64(new[row*3+2]-new[2])) > 1e-4 {
			t.Fatalf("the new class is not the same for every row: %v, %v", new[2], new[row*3+2])
		}
	}
	first.info.Classes = []string{"former name", d.Classes[1]}
	d.Resolve = func(name string) (string, bool) {
		if name == "former name" {
			name = d.Classes[0]
		}
		return name, true
	}
	if renamed := scores(t, train(t, d, still), d); !slices.Equal(renamed, new) {
		t.Error("the weights of a renamed class are not those it had")
	}
	further := train(t, d, quick)
	fresh := d
	fresh.Start = nil
	if a, b := further.Info().History[0].ValidationLoss, train(t, fresh, quick).Info().History[0].ValidationLoss; a >= b {
		t.Errorf("after an epoch the validation loss is %.4f when going on and %.4f from the beginning", a, b)
	}
	d.FeatureID = "others"
	if _, err := Train(t.Context(), d, quick, nil); err == nil || !strings.Contains(err.Error(), "reads the features tiny-1 of 32 numbers, and these are others") {
		t.Errorf("other features: %v", err)
	}
}

func TestSettingsReachOptions(t *testing.T) {
	var o Options
	for _, s := range Settings() {
		value := "0.25"
		switch {
		case len(s.Choices) > 0:
			value = s.Choices[len(s.Choices)-1]
		case s.Whole:
			value = "7"
		case s.Text:
			value = "64,3"
		}
		if s.Get(o) != "" {
			t.Errorf("%s is %q before it is set", s.Name, s.Get(o))
		}
		if err := s.Set(&o, " "+value+" "); err != nil || s.Get(o) != value {
			t.Errorf("%s set to %s is %q (%v)", s.Name, value, s.Get(o), err)
		}
		for _, bad := range []string{"plenty", "-1", "1e99", "NaN"} {
			if s.Text && s.valid == nil {
				break // any text may be meant
			}
			before := o
			if err := s.Set(&o, bad); err == nil || !strings.Contains(err.Error(), s.Name) || o != before {
				t.Errorf("%s takes %q (%v)", s.Name, bad, err)
			}
		}
		if s.About == "" || s.Default == "" {
			t.Errorf("%s says nothing of itself or of its default", s.Name)
		}
	}
	refused := o.check()
	if refused == nil || !strings.Contains(refused.Error(), `context is "neighbours" and trunk is "multiscale", which reads maps`) {
		t.Errorf("neighbours of maps: %v", refused)
	}
	o.Context = NoContext
	if err := o.check(); err != nil {
		t.Errorf("what Settings allow, Options refuse: %v", err)
	}
	if o.Epochs != 7 || o.Schedule != Warmup || o.Optimiser != LARS || o.Gamma != 0.25 || o.Sampling != ByEffective || o.Loss != CosineLoss || o.Seed != 0 {
		t.Errorf("the options are %+v", o)
	}
	text, err := json.Marshal(o)
	if err != nil {
		t.Fatal(err)
	}
	var fields map[string]any
	if err := json.Unmarshal(text, &fields); err != nil {
		t.Fatal(err)
	}
	for _, s := range Settings() {
		if _, ok := fields[s.Name]; !ok {
			t.Errorf("setting %s is none of the fields %v", s.Name, fields)
		}
		delete(fields, s.Name)
	}
	if delete(fields, "seed"); len(fields) > 0 {
		t.Errorf("fields that no setting sets: %v", fields)
	}
	for _, s := range Settings() {
		if err := s.Set(&o, ""); err != nil {
			t.Error(err)
		}
	}
	if o != (Options{}) {
		t.Errorf("set to nothing, the options are %+v", o)
	}
	for _, s := range Settings() {
		if s.Whole && s.Set(&o, "2.5") == nil {
			t.Errorf("%s is half a number", s.Name)
		}
	}
}
