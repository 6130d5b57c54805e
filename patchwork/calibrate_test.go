package patchwork

import (
	"bytes"
	"encoding/csv"
	"errors"
	"math"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/gopatchwork/patchwork/patchwork/classify"
)

// predictedTable is what Predict writes, by line.
func predictedTable(t *testing.T, p *Project, o PredictOptions) [][]string {
	t.Helper()
	var out bytes.Buffer
	if _, _, err := p.Predict(t.Context(), &out, o); err != nil {
		t.Fatal(err)
	}
	lines, err := csv.NewReader(&out).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return lines
}

// What has nothing to be measured on says what to do.
func TestFiguresOfOneSidedLabels(t *testing.T) {
	p := newProject(t, photos(t, 30))
	ctx := t.Context()
	if _, err := p.Embed(ctx, EmbedOptions{}, nil); err != nil {
		t.Fatal(err)
	}
	var labelled strings.Builder
	labelled.WriteString("filepath,red\n")
	for row := range 20 {
		labelled.WriteString(p.Images().At(row).ID + ",1\n")
	}
	file := t.TempDir() + "/red.csv"
	if err := os.WriteFile(file, []byte(labelled.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := p.ImportLabels(ctx, file, ImportOptions{AddClasses: true}); err != nil {
		t.Fatal(err)
	}
	if _, err := p.Train(ctx, TrainOptions{}, nil); err != nil {
		t.Fatal(err)
	}
	if _, err := p.Calibration(ctx, CalibrationOptions{}, nil); err == nil || !strings.Contains(err.Error(), "hold some out, as with p.Split(0.2), and train again, or fit out of fold") {
		t.Errorf("nothing is held out: %v", err)
	}
	if _, err := p.Calibration(ctx, CalibrationOptions{OutOfFold: true}, nil); err == nil || !strings.Contains(err.Error(), "label some of the other kind") {
		t.Errorf("one side alone: %v", err)
	}
	curve, err := p.LearningCurve(ctx, LearningCurveOptions{}, nil)
	if err != nil || !strings.HasSuffix(curve.String(), noFoldHasBoth) {
		t.Errorf("%v, %v", curve, err)
	}
	found, err := p.Search(ctx, SearchOptions{Trials: 1}, nil)
	if err != nil || !strings.HasSuffix(found.String(), noFoldHasBoth) {
		t.Errorf("%v, %v", found, err)
	}
}

func TestCalibrationIsKeptWithItsModel(t *testing.T) {
	p := measured(t)
	ctx := t.Context()
	if _, _, err := p.Predict(ctx, new(bytes.Buffer), PredictOptions{Calibrated: true}); !errors.Is(err, ErrNoCalibration) || !strings.Contains(err.Error(), "--save") {
		t.Errorf("before a calibration: %v", err)
	}
	made, err := p.Calibrate(ctx, CalibrationOptions{Method: "beta", Folds: 4}, nil)
	if err != nil || made.From != "held-out images" {
		t.Fatalf("%+v, %v", made, err)
	}
	saved, err := p.SavedCalibration()
	if err != nil || saved.Method != "beta" || saved.Classes[1] != made.Classes[1] || saved.Pooled != made.Pooled {
		t.Fatalf("read back as %+v, %v", saved, err)
	}
	if _, err := p.RenameClass(ctx, "red", "crimson"); err != nil {
		t.Fatal(err)
	}
	raw, calibrated := predictedTable(t, p, PredictOptions{}), predictedTable(t, p, PredictOptions{Calibrated: true})
	if len(raw) != 61 || strings.Join(calibrated[0], " ") != "filepath green crimson" {
		t.Fatalf("%d lines, columns %q", len(raw), calibrated[0])
	}
	for i := 1; i < len(raw); i++ {
		for c := range 2 {
			before, _ := strconv.ParseFloat(raw[i][1+c], 64)
			after, _ := strconv.ParseFloat(calibrated[i][1+c], 64)
			if want := made.Classes[c].Map.Apply(before); math.Abs(after-want) > 3e-3 || before == after {
				t.Errorf("%s: score %g, six digits of it, became %g; want %g", raw[i][0], before, after, want)
			}
		}
	}

	file := p.path("models", modelName, calibrationFile)
	old, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.Train(ctx, TrainOptions{Options: classify.Options{Seed: 2, Epochs: 2}}, nil); err != nil {
		t.Fatal(err)
	}
	if _, err := p.SavedCalibration(); !errors.Is(err, ErrNoCalibration) || !strings.Contains(err.Error(), "a training takes an earlier one away") {
		t.Errorf("after a training: %v", err)
	}
	for text, want := range map[string]string{
		string(old): "is of other weights",
		"a: b":      "is not a calibration",
		"[":         "is not a calibration",
		strings.Replace(string(old), "version: 1", "version: 2", 1): "get a newer program",
	} {
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := p.SavedCalibration(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want an error with %q: %v", want, err)
		}
	}
}

func TestCalibrationOutOfFold(t *testing.T) {
	p := measured(t)
	steps := 0
	c, err := p.Calibrate(t.Context(), CalibrationOptions{OutOfFold: true, Folds: 3}, func(string, int, int) { steps++ })
	if err != nil || c.From != "scores out of fold" || steps != 4 || !strings.Contains(c.String(), "by platt on scores out of fold") {
		t.Fatalf("%+v after %d steps, %v", c, steps, err)
	}
	if c.Classes[0].Labels != 60 {
		t.Errorf("fitted on %d labels; want all 60", c.Classes[0].Labels)
	}
	if _, err := p.AddClass(t.Context(), "blue", ""); err != nil {
		t.Fatal(err)
	}
	if got := predictedTable(t, p, PredictOptions{Calibrated: true}); len(got[0]) != 3 {
		t.Errorf("columns %q; want none for a class that the model does not know", got[0])
	}
	if _, err := p.MergeClasses(t.Context(), "red", "green"); err != nil {
		t.Fatal(err)
	}
	if _, _, err := p.Predict(t.Context(), new(bytes.Buffer), PredictOptions{Calibrated: true}); !errors.Is(err, ErrNoCalibration) || !strings.Contains(err.Error(), "class green has 2 maps") {
		t.Errorf("two classes in one: %v", err)
	}
}

func TestPredictDecides(t *testing.T) {
	p := measured(t)
	if _, err := p.Calibrate(t.Context(), CalibrationOptions{Folds: 4}, nil); err != nil {
		t.Fatal(err)
	}
	goal := ThresholdOptions{Recall: 0.6, Wrong: 0.2}
	chosen, err := p.Thresholds(goal)
	if err != nil {
		t.Fatal(err)
	}
	raw := predictedTable(t, p, PredictOptions{})
	lines := predictedTable(t, p, PredictOptions{Decide: &goal, Calibrated: true})
	if got := strings.Join(lines[0], ","); got != "filepath,green,green:present,green:answer,red,red:present,red:answer" {
		t.Fatalf("columns %s", got)
	}
	answers := map[string]int{}
	for i := 1; i < len(lines); i++ {
		score, _ := strconv.ParseFloat(raw[i][1], 32)
		low, high := chosen[0].Answers.PresentFrom, chosen[0].Answers.AbsentTo
		want := "ask"
		if score >= low && score > high {
			want = "present"
		} else if score < low && score <= high {
			want = "absent"
		}
		from := float64(chosen[0].Threshold.Score)
		near := math.Abs(score-from) < 1e-5 || math.Abs(score-low) < 1e-5 || math.Abs(score-high) < 1e-5 // six digits in the file
		if !near && (lines[i][2] != map[bool]string{true: "1", false: "0"}[score >= from] || lines[i][3] != want) {
			t.Errorf("%s: score %g, threshold %g, asked between %g and %g: %s, %s", raw[i][0], score, from, low, high, lines[i][2], lines[i][3])
		}
		answers[lines[i][3]]++
	}
	if answers["present"] == 0 || answers["absent"] == 0 {
		t.Errorf("answers %v; want both kinds", answers)
	}
	if strict := predictedTable(t, p, PredictOptions{Decide: &ThresholdOptions{Precision: 0.99}}); strict[1][2] != "" {
		t.Errorf("without a threshold the decision is %q; want nothing", strict[1][2])
	}
	if _, _, err := p.Predict(t.Context(), new(bytes.Buffer), PredictOptions{Decide: &ThresholdOptions{Precision: 2}}); err == nil || !strings.Contains(err.Error(), "Share is 2") {
		t.Errorf("a precision of 2: %v", err)
	}
	if _, err := p.RenameClass(t.Context(), "red", "green:answer"); err != nil {
		t.Fatal(err)
	}
	if _, _, err := p.Predict(t.Context(), new(bytes.Buffer), PredictOptions{Decide: &goal}); err == nil || !strings.Contains(err.Error(), `two columns would be named "green:answer"`) {
		t.Errorf("a class named like a column: %v", err)
	}
}
