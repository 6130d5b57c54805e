package patchwork

import (
	"fmt"
	"maps"
	"math"
	"path/filepath"
	"slices"
	"time"

	"github.com/gopatchwork/patchwork/patchwork/classify"
	"github.com/gopatchwork/patchwork/patchwork/evaluate"
	"github.com/gopatchwork/patchwork/patchwork/evaluate/study"
	"github.com/gopatchwork/patchwork/patchwork/runlog"
)

// trial is a trial of a search, with its record.
type trial struct {
	SearchTrial
	rec   *recording
	fold  time.Time        // when the training on the present fold began
	folds [][]runlog.Point // ends of epochs, by fold; seconds since the training on it began
}

// beginTrial begins the record of a trial, with a person's note.
func (p *Project) beginTrial(o classify.Options, note string) *trial {
	t := &trial{SearchTrial: SearchTrial{Settings: settingsOf(o)}}
	t.rec = beginRecord(p.path("runs"), runlog.Run{
		Kind: "search", Note: note, Settings: beside(filledSettings(o), t.Settings), Given: slices.Collect(maps.Keys(t.Settings)),
	}, 0, following{})
	if t.rec.folder != "" {
		t.Run = filepath.Base(t.rec.folder)
	}
	return t
}

// begunFold says that the training on another fold begins.
func (t *trial) begunFold() { t.fold, t.folds = time.Now(), append(t.folds, nil) }

// hear takes a point of the training on the present fold.
func (t *trial) hear(p classify.Point) {
	values := trainValues(p)
	if !p.EpochEnd || values == nil {
		return
	}
	last := len(t.folds) - 1
	t.folds[last] = append(t.folds[last], runlog.Point{Step: p.Step, Epoch: p.Epoch, Seconds: time.Since(t.fold).Seconds(), Values: values})
}

// curve is the mean of the curves of folds, as far as all of them go, of what all of them have.
func (t *trial) curve() (mean []runlog.Point) {
	for i := 0; ; i++ {
		m := runlog.Point{Values: map[string]float64{}}
		counts := map[string]int{}
		for _, fold := range t.folds {
			if i >= len(fold) {
				return mean
			}
			m.Step, m.Epoch = fold[i].Step, fold[i].Epoch
			m.Seconds += fold[i].Seconds / float64(len(t.folds))
			for name, v := range fold[i].Values {
				m.Values[name] += v / float64(len(t.folds))
				counts[name]++
			}
		}
		maps.DeleteFunc(m.Values, func(name string, _ float64) bool { return counts[name] < len(t.folds) })
		if len(m.Values) == 0 { // as where there is no fold
			return mean
		}
		mean = append(mean, m)
	}
}

// end ends the record: of a trial that err stopped, or of one that came to the points of its cross-validation.
func (t *trial) end(name string, points []study.Point, err error) error {
	for _, p := range t.curve() {
		t.rec.sink.Add(p) // it keeps what fails
	}
	if err != nil {
		nan := evaluate.Number(math.NaN())
		t.AUC = evaluate.Interval{Value: nan, Low: nan, High: nan}
		return t.rec.end(err, name+": "+err.Error(), nil)
	}
	t.AUC = points[0].Figure
	t.AUC.Low, t.AUC.High = max(t.AUC.Low, 0), min(t.AUC.High, 1) // an area has ends
	return t.rec.end(nil, fmt.Sprintf("%s: mean AUC %v out of fold", name, t.AUC), map[string]float64{"folds/auc": float64(t.AUC.Value), "images": points[0].Images})
}
