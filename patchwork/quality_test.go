package patchwork

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/gopatchwork/patchwork/patchwork/imageset"
	"github.com/gopatchwork/patchwork/patchwork/labels"
)

// labelledPhotos is a project of n photos with features and labels from their folders, two of which are then turned round.
func labelledPhotos(t *testing.T, n int) (p *Project, wrong []int) {
	t.Helper()
	p = embedded(t, photos(t, n))
	if err := p.LabelFromFolders(t.Context()); err != nil {
		t.Fatal(err)
	}
	kind := kinds(p)
	wrong = []int{slices.Index(kind, "red") + 2, slices.Index(kind, "green") + 3}
	for _, row := range wrong {
		say(t, p, row, map[bool]int8{kind[row] == "green": 1}[true])
	}
	return p, wrong
}

func TestSuspects(t *testing.T) {
	p, wrong := labelledPhotos(t, 60)
	report, err := p.Suspects(t.Context(), SuspectOptions{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	var rows []int
	for _, s := range report.Suspects {
		if s.Class == "red" {
			rows = append(rows, s.Row)
		}
		if !s.Likely || !strings.HasPrefix(s.Reason, fmt.Sprintf("labelled %s %v; a model that has not seen it says ", s.Class, s.Given)) || !strings.Contains(s.Reason, "most like it are") {
			t.Errorf("%+v", s)
		}
	}
	if !slices.Equal(slices.Sorted(slices.Values(rows)), slices.Sorted(slices.Values(wrong))) {
		t.Fatalf("suspected of red: rows %d, want %d; %v", rows, wrong, report)
	}
	if c := report.Classes[0]; c.Class != "red" || c.Judged != 60 || c.Likely != 2 || c.Confirmed != 0 || c.Expected < 1.5 || c.Expected > 3 {
		t.Errorf("%+v", c)
	}

	// What was confirmed is not shown again, until the label changes or the confirmation is undone.
	listed := func(o SuspectOptions) (n int) {
		t.Helper()
		o.Class = "red"
		r, err := p.Suspects(t.Context(), o, nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range r.Suspects {
			if slices.Contains(wrong, s.Row) {
				n++
			}
		}
		return n
	}
	at := slices.IndexFunc(report.Suspects, func(s SuspectLabel) bool { return s.Class == "red" })
	if err := p.ConfirmLabels(t.Context(), report.Suspects[at:at+1]); err != nil {
		t.Fatal(err)
	}
	if a, b := listed(SuspectOptions{}), listed(SuspectOptions{Reviewed: true}); a != 1 || b != 2 {
		t.Errorf("after one was confirmed: %d listed, %d with those reviewed; want 1 and 2", a, b)
	}
	again, err := p.Suspects(t.Context(), SuspectOptions{Class: "red", N: 5}, nil)
	if err != nil || len(again.Suspects) != 5 || again.Classes[0].Confirmed != 1 {
		t.Errorf("five, of any doubt: %+v, %v", again, err)
	}
	say(t, p, report.Suspects[at].Row, 1-int8(report.Suspects[at].Given))
	say(t, p, report.Suspects[at].Row, int8(report.Suspects[at].Given))
	if n := listed(SuspectOptions{}); n != 1 {
		t.Errorf("after it was changed to and fro: %d listed, want 1", n)
	}
	spread, err := p.Suspects(t.Context(), SuspectOptions{Class: "red", Propagate: true, N: 1, Reviewed: true}, nil)
	if err != nil || !slices.Contains(wrong, spread.Suspects[0].Row) || !strings.Contains(spread.Suspects[0].Reason, "propagation holds 1.00 against it") {
		t.Errorf("with propagation: %+v, %v", spread.Suspects, err)
	}
	if _, err := p.openWriter(); err != nil {
		t.Fatal(err)
	}
	queue, err := (&engine{Project: p}).Suspects(t.Context(), "")
	if err != nil || len(queue) == 0 {
		t.Fatal(queue, err)
	}
	for i, s := range queue {
		if !slices.Contains(wrong, s.Row) || !strings.HasPrefix(s.Reason, "labelled ") || len(s.Classes) == 0 || i > 0 && s.Score > queue[i-1].Score {
			t.Errorf("place %d of the studio's queue: %+v", i, s)
		}
	}
	for says, err := range map[string]error{
		"unknown class":           func() error { _, err := p.Suspects(t.Context(), SuspectOptions{Class: "blue"}, nil); return err }(),
		"N is -1":                 func() error { _, err := p.Suspects(t.Context(), SuspectOptions{N: -1}, nil); return err }(),
		"has no label to confirm": p.ConfirmLabels(t.Context(), []SuspectLabel{{Image: "nowhere.jpg", Class: "red"}}),
	} {
		if err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("got %v, want %q", err, says)
		}
	}
}

func TestDoubles(t *testing.T) {
	folder := photos(t, 40)
	for i, name := range []string{"000.png", "002.png", "004.png"} { // one copy, one twice
		data, err := os.ReadFile(filepath.Join(folder, "red", name))
		if err != nil {
			t.Fatal(err)
		}
		for range 1 + i%2 {
			if err := os.WriteFile(filepath.Join(folder, "red", fmt.Sprintf("copy%d%d.png", i, len(data)%7)), data, 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	p := newProject(t, folder, "red", "green")
	row := func(name string) int {
		for r := range p.Images().Len() {
			if filepath.Base(p.Images().At(r).ID) == name {
				return r
			}
		}
		t.Fatalf("no image %s", name)
		return -1
	}
	copies, err := filepath.Glob(filepath.Join(folder, "red", "copy*"))
	if err != nil || len(copies) != 3 {
		t.Fatal(copies, err)
	}
	twin := func(i int) int { return row(filepath.Base(copies[i])) }
	say(t, p, row("000.png"), 1)
	set(t, p, twin(0), labels.KindValidation, 1)
	say(t, p, twin(0), 1)
	say(t, p, row("002.png"), 1)
	say(t, p, row("004.png"), 1)
	say(t, p, twin(2), 0)
	report, err := p.Doubles(t.Context(), DoubleOptions{Bits: 1}, nil)
	if err != nil {
		t.Fatal(err)
	}
	has := func(a, b int) bool {
		return slices.ContainsFunc(report.Groups, func(g []string) bool {
			return slices.Contains(g, p.Images().At(a).ID) && slices.Contains(g, p.Images().At(b).ID)
		})
	}
	if report.Copies != 3 || !report.NoFeatures || !has(row("000.png"), twin(0)) || !has(row("002.png"), twin(1)) || has(row("000.png"), row("002.png")) {
		t.Fatalf("%+v", report)
	}
	if len(report.Leaks) != 1 || len(report.Contradictions) != 1 || report.CanLabel != 1 || report.Contradictions[0].Class != "red" {
		t.Fatalf("%+v", report)
	}
	why := func(row int) string { // as the studio shows it
		t.Helper()
		found, err := (&engine{Project: p}).Doubles(t.Context(), func(string, int, int) {})
		if err != nil {
			t.Fatal(err)
		}
		for _, group := range found.Groups {
			for _, one := range group {
				if one.Row == row {
					return one.Why
				}
			}
		}
		return ""
	}
	if got := why(twin(0)); got != "same file as 000.png" {
		t.Errorf("why a copy is a double: %q", got)
	}
	first := report.Groups[0]
	not := func(value int8) labels.Event {
		return labels.Event{Kind: labels.KindDistinct, Set: []labels.Change{{Value: value, Images: first}}}
	}
	if err := p.Apply(t.Context(), not(1)); err != nil {
		t.Fatal(err)
	}
	if fewer, err := p.Doubles(t.Context(), DoubleOptions{Bits: 1}, nil); err != nil || !reflect.DeepEqual(fewer.Groups, report.Groups[1:]) || fewer.Apart != 1 || !strings.Contains(fewer.String(), "called them no doubles") {
		t.Errorf("without %v, which are said to be none: %v, %v", first, fewer.Groups, err)
	}
	if err := p.Apply(t.Context(), not(0)); err != nil {
		t.Fatal(err)
	}
	if moved, err := p.RepairLeaks(t.Context(), report.Groups); err != nil || moved != 1 {
		t.Errorf("%d moved, %v", moved, err)
	}
	if given, err := p.LabelOnce(t.Context(), report.Groups); err != nil || given != 1 {
		t.Errorf("%d labels given, %v", given, err)
	}
	now, err := p.Labels()
	if err != nil {
		t.Fatal(err)
	}
	if now.Validation(twin(0)) || now.Value(twin(1), 0) != labels.Present || now.Value(twin(2), 0) != labels.Absent {
		t.Error("the leak is still there, or a label was not taken over, or a contradiction was decided")
	}

	if _, err := p.Embed(t.Context(), EmbedOptions{}, nil); err != nil {
		t.Fatal(err)
	}
	again, err := p.Doubles(t.Context(), DoubleOptions{Bits: 1}, nil)
	if err != nil || again.NoFeatures || len(again.Leaks) != 0 || again.CanLabel != 0 {
		t.Errorf("with features, after the repairs: %+v, %v", again, err)
	}
	for seed := range uint64(10) {
		if err := p.LabelFromFolders(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := p.Split(t.Context(), 0.4, seed); err != nil {
			t.Fatal(err)
		}
		if now, err = p.Labels(); err != nil {
			t.Fatal(err)
		}
		if now.Validation(twin(0)) != now.Validation(row("000.png")) {
			t.Errorf("seed %d parts copies of one file", seed)
		}
	}
	if err := p.SplitApart(t.Context(), 0.4, 1, [][]string{p.named([]int{1, 3, 5}), p.named([]int{5, 7})}); err != nil {
		t.Fatal(err)
	}
	if now, err = p.Labels(); err != nil {
		t.Fatal(err)
	}
	if v := now.Validation(1); now.Validation(3) != v || now.Validation(5) != v || now.Validation(7) != v {
		t.Error("groups that share an image are parted")
	}
	if _, err := p.Doubles(t.Context(), DoubleOptions{Near: 2}, nil); err == nil || !strings.Contains(err.Error(), "Near is 2") {
		t.Errorf("got %v", err)
	}
}

// What makes an image a double is said by the strongest of what there is.
func TestWhyAnImageIsADouble(t *testing.T) {
	ix, err := imageset.NewIndex([]imageset.Image{{ID: "a/0.png", Hash: "0"}, {ID: "a/1.png", Hash: "1"}, {ID: "b/2.png", Hash: "2"}})
	if err != nil {
		t.Fatal(err)
	}
	d := doubledRows{best: map[int]doubleLink{}, distinct: func(...int) bool { return false }}
	for _, step := range []struct {
		how  int
		by   float64
		with int
		says string
	}{
		{turnedPicture, -0.8, 2, "picture, turned, fits 2.png: 0.80"},
		{samePicture, -0.834, 1, "picture fits 1.png: 0.83"},
		{samePicture, -0.9, 2, "picture fits 2.png: 0.90"},
		{samePicture, -0.8, 1, "picture fits 2.png: 0.90"},
		{turnedPicture, -0.95, 1, "picture fits 2.png: 0.90"},
		{nearVector, 0.08, 1, "features 12× nearer to 1.png than to the tenth most alike"},
		{nearVector, 0.0001, 2, "features over 1,000× nearer to 2.png than to the tenth most alike"},
		{nearVector, 0, 1, "same features as 1.png"},
		{nearHash, 3, 2, "hash differs in 3 of 64 bits from 2.png"},
		{nearHash, 0, 1, "same hash as 1.png"},
		{sameFile, 0, 2, "same file as 2.png"},
		{nearHash, 0, 1, "same file as 2.png"},
	} {
		d.link(0, step.with, step.how, step.by)
		if got := d.why(ix, 0); got != step.says {
			t.Errorf("got %q, want %q", got, step.says)
		}
	}
	if got := d.why(ix, 2); got != "same file as 0.png" {
		t.Errorf("the other way round: %q", got)
	}
}

// A red photo among green ones is the outlier, unless it is excluded.
func TestOutliers(t *testing.T) {
	folder := photos(t, 24)
	for i := 2; i < 24; i += 2 {
		if err := os.Remove(filepath.Join(folder, "red", fmt.Sprintf("%03d.png", i))); err != nil {
			t.Fatal(err)
		}
	}
	p := embedded(t, folder)
	found, err := p.Outliers(t.Context(), 3, nil)
	if err != nil || len(found) != 3 || kindOf(found[0]) != "red" || found[0].Score < found[1].Score || !strings.HasPrefix(found[0].Reason, "unlike others") {
		t.Fatalf("%+v, %v", found, err)
	}
	set(t, p, found[0].Row, labels.KindExclude, 1)
	if again, err := p.Outliers(t.Context(), 30, nil); err != nil || len(again) != 12 || kindOf(again[0]) != "green" {
		t.Errorf("without it: %d, %v", len(again), err)
	}
	if _, err := p.Outliers(t.Context(), 0, nil); err == nil || !strings.Contains(err.Error(), "0 outliers") {
		t.Errorf("got %v", err)
	}
}
