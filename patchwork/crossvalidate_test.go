package patchwork

import (
	"errors"
	"math"
	"reflect"
	"strings"
	"testing"

	"github.com/gopatchwork/patchwork/patchwork/classify"
	"github.com/gopatchwork/patchwork/patchwork/evaluate"
	"github.com/gopatchwork/patchwork/patchwork/labels"
)

// No image is scored by a model that has learned from it: with labels that mean nothing, out-of-fold scores are no better than
// chance, although the models know those images by heart.
func TestOutOfFoldDoesNotLeak(t *testing.T) {
	p := searchProject(t)
	index := p.Images()
	var set []labels.Change
	for row := range index.Len() { // what does not depend on the picture
		set = append(set, labels.Change{Class: "field", Value: int8(index.At(row).Hash[0] & 1), Images: []string{labels.Ref(index, row)}})
	}
	if err := p.Apply(t.Context(), labels.Event{Kind: labels.KindLabel, Set: set}); err != nil {
		t.Fatal(err)
	}
	o := CrossValidateOptions{Folds: 4, Train: classify.Options{Epochs: 5}}
	r, err := p.CrossValidate(t.Context(), o, nil)
	if err != nil {
		t.Fatal(err)
	}
	if auc := float64(r.Classes[0].Validation.AUC.Value); math.Abs(auc-0.5) > 0.12 {
		t.Errorf("an AUC of %.3f on labels that mean nothing", auc)
	}
	if r.Validation.Rows != 300 || r.Train.Rows != 0 {
		t.Errorf("%d images measured and %d learned from, want all 300 measured", r.Validation.Rows, r.Train.Rows)
	}
	again, err := p.CrossValidate(t.Context(), o, nil)
	if err != nil || !reflect.DeepEqual(r.Classes[0].Validation.AUC, again.Classes[0].Validation.AUC) {
		t.Errorf("the same options give %v and %v (%v)", r.Classes[0].Validation.AUC, again.Classes[0].Validation.AUC, err)
	}
}

func TestCrossValidateTellsClassesApart(t *testing.T) {
	p := searchProject(t)
	steps := 0
	r, err := p.CrossValidate(t.Context(), CrossValidateOptions{Folds: 3}, func(what string, _, _ int) {
		if what == "training" {
			steps++
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	if auc := float64(r.Validation.MacroAUC); auc < 0.8 || r.Validation.Rows != 60 || steps != 4 {
		t.Errorf("mean AUC %.3f on %d images in %d steps", auc, r.Validation.Rows, steps)
	}
	scores, err := p.OutOfFold(t.Context(), CrossValidateOptions{Folds: 3, Train: classify.Options{Epochs: 2}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	labelled := 0
	for row := range p.Images().Len() {
		if s := scores.Scores(row); s != nil {
			labelled++
		}
	}
	if labelled != 60 || scores.Scores(-1) != nil || scores.Scores(1000) != nil {
		t.Errorf("%d images have scores, want the 60 with labels", labelled)
	}
}

// Without options it judges the way in which the saved model was trained.
func TestCrossValidateTrainsAsTheModelWas(t *testing.T) {
	p := searchProject(t)
	way := classify.Options{Head: classify.PrototypesHead, Temperature: 3}
	if _, err := p.Train(t.Context(), TrainOptions{Options: way}, nil); err != nil {
		t.Fatal(err)
	}
	loss := func(o classify.Options) evaluate.Number {
		t.Helper()
		r, err := p.CrossValidate(t.Context(), CrossValidateOptions{Folds: 3, Train: o}, nil)
		if err != nil {
			t.Fatal(err)
		}
		return r.Validation.LogLoss
	}
	if as, named, other := loss(classify.Options{}), loss(way), loss(classify.Options{Head: classify.LogisticHead}); as != named || as == other {
		t.Errorf("log loss %v without options, %v with those of the model, %v with others", as, named, other)
	}
}

func TestCrossValidateWithoutEnough(t *testing.T) {
	p := searchProject(t)
	if _, err := p.CrossValidate(t.Context(), CrossValidateOptions{Folds: 61}, nil); err == nil || !strings.Contains(err.Error(), "61") {
		t.Errorf("61 folds of 60 images: %v", err)
	}
	bare, _, err := Init(t.Context(), t.TempDir()+"/q", InitOptions{Images: []string{"../testdata/scenes/images"}, Classes: Classes("a")}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := bare.CrossValidate(t.Context(), CrossValidateOptions{}, nil); !errors.Is(err, ErrNoFeatures) {
		t.Errorf("without features: %v", err)
	}
}
