package patchwork

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gopatchwork/patchwork/patchwork/classify"
)

// A student on the same features gives what its teacher gives, from the saved scores as from a file of them.
func TestDistil(t *testing.T) {
	p := measured(t)
	fresh := newProject(t, photos(t, 8), "red")
	if _, err := fresh.Distil(t.Context(), DistilOptions{}, nil); !errors.Is(err, ErrNoModel) {
		t.Errorf("without a teacher: %v", err)
	}
	file := filepath.Join(t.TempDir(), "scores.csv")
	if _, _, err := p.PredictFile(t.Context(), file); err != nil {
		t.Fatal(err)
	}
	o := DistilOptions{Train: classify.Options{Epochs: 8, Steps: 40}, Note: "cheaper"}
	for _, teacher := range []string{"", file} {
		o.Teacher = teacher
		r, err := p.Distil(t.Context(), o, nil)
		if err != nil {
			t.Fatal(teacher, err)
		}
		if runs, err := p.Runs(); err != nil || runs[0].Note != "cheaper" || runs[0].Settings["teacher"] != "scores" {
			t.Errorf("%q: recorded as %+v, %v", teacher, runs, err)
		}
		if r.Images != 60 || r.Info.TrainRows != 40 || len(r.Classes) != 2 { // 20 of the 60 are held out
			t.Errorf("%q: %+v", teacher, r)
		}
		for _, c := range r.Classes {
			if !(c.Same > 0.95 && c.KL >= 0 && c.KL < 0.1) {
				t.Errorf("%q: %+v", teacher, c)
			}
		}
		if !strings.Contains(r.String(), "agreement with the teacher, on 60 images") {
			t.Error(r)
		}
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	write := func(s string) string {
		if err := os.WriteFile(file, []byte(s), 0o644); err != nil {
			t.Fatal(err)
		}
		return file
	}
	first := string(bytes.SplitN(text, []byte("\n"), 3)[1])
	image, _, _ := strings.Cut(first, ",")
	for want, body := range map[string]string{
		"does not begin with a column filepath":           "image,red\nx,1\n",
		`none is a class of the project`:                  "filepath,blue\n" + image + ",1\n",
		`:2: class "red" holds "1.5"; want a probability`: "filepath,red\n" + image + ",1.5\n",
		"none of the paths in":                            "filepath,red\nnowhere.png,1\n",
		"wrong number of fields":                          "filepath,red\n" + image + ",1,2\n",
	} {
		if _, err := p.Distil(t.Context(), DistilOptions{Teacher: write(body)}, nil); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v; want %q", err, want)
		}
	}
	if _, err := p.Distil(t.Context(), DistilOptions{Teacher: filepath.Join(t.TempDir(), "none.csv")}, nil); !errors.Is(err, os.ErrNotExist) {
		t.Error(err)
	}
	// Half of the images say nothing, and the label of one stands above the teacher.
	lines := []string{"filepath,red"}
	for row := range p.Images().Len() {
		if row%2 == 0 {
			lines = append(lines, p.Images().At(row).ID+",0.9")
		} else {
			lines = append(lines, p.Images().At(row).ID+",")
		}
	}
	o.Teacher, o.Labels = write(strings.Join(lines, "\n")+"\n"), true
	r, err := p.Distil(t.Context(), o, nil)
	if err != nil || r.Images != 30 {
		t.Errorf("%d images, %v", r.Images, err)
	}
	if scores, err := p.Scores(); err != nil || len(scores.Classes) != 2 { // green by the labels of people alone
		t.Error(scores, err)
	}
}
