package classify

import (
	"encoding/json"
	"math"
	"os"
	"strings"
	"testing"

	. "github.com/gomlx/gomlx/core/graph"

	"github.com/gopatchwork/patchwork/patchwork/compute"
	"github.com/gopatchwork/patchwork/patchwork/labels"
)

func TestDistilGolden(t *testing.T) {
	text, err := os.ReadFile("testdata/distil.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases []struct {
		Temperature float64
		Logits      [][]float32
		Teacher     [][]*float64
		Loss        float64
		Gradient    [][]float64
	}
	if err := json.Unmarshal(text, &cases); err != nil {
		t.Fatal(err)
	}
	backend, err := compute.Backend()
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range cases {
		y := make([][]float32, len(want.Teacher))
		for i, row := range want.Teacher {
			for _, p := range row {
				if y[i] = append(y[i], -1); p != nil {
					y[i][len(y[i])-1] = float32(softened(*p, want.Temperature))
				}
			}
		}
		c := &criterion{o: Options{Distil: want.Temperature}.WithDefaults()}
		got := MustNewExec(backend, func(z, y *Node) (*Node, *Node) {
			loss := c.taught(z, y)
			return loss, Gradient(loss, z)[0]
		}).MustExec(want.Logits, y)
		if loss := float64(got[0].Value().(float32)); math.Abs(loss-want.Loss) > 1e-5*want.Loss {
			t.Errorf("T %g: loss %.7f, want %.7f", want.Temperature, loss, want.Loss)
		}
		for i, row := range got[1].Value().([][]float32) {
			for k, v := range row {
				if math.Abs(float64(v)-want.Gradient[i][k]) > 1e-5 {
					t.Errorf("T %g: gradient at %d, %d is %.7f, want %.7f", want.Temperature, i, k, v, want.Gradient[i][k])
				}
			}
		}
	}
}

// A student of a teacher that knows all learns without a single label, and says what the teacher says.
func TestStudentLearnsFromATeacher(t *testing.T) {
	d, table := blobs(300, 16, 3, 0.5, true)
	teacher := train(t, d, Options{Head: LinearHead, Epochs: 6, Steps: 40})
	scores, err := teacher.Scores(t.Context(), 300, d.Features)
	if err != nil {
		t.Fatal(err)
	}
	for i := range table.values {
		if !table.validation[i/3] {
			table.values[i] = labels.Unknown
		}
	}
	d.Teacher = func(row int, class string) float64 {
		if row%7 == 0 {
			return math.NaN()
		}
		return float64(scores[row*3+int(class[0]-'a')])
	}
	for _, temperature := range []float64{0, 2} {
		m := train(t, d, Options{Head: LinearHead, Epochs: 6, Steps: 40, Distil: temperature})
		if r := m.Info().Report.Validation; !(r.Top1.Value > 0.97) || m.Info().TrainRows > 300*6/7 {
			t.Errorf("T %g: %v from %d images", temperature, r.Top1, m.Info().TrainRows)
		}
		after, err := m.Scores(t.Context(), 300, d.Features)
		if err != nil {
			t.Fatal(err)
		}
		gap := 0.0
		for i, p := range after {
			gap += math.Abs(float64(p-scores[i])) / float64(len(after))
		}
		if gap > 0.05 {
			t.Errorf("T %g: the student is %.3f from the teacher on average", temperature, gap)
		}
	}
	for want, o := range map[string]Options{"heads linear and mlp with the loss sigmoid": {Head: LogisticHead}, "the loss sigmoid; choose these": {Loss: FocalLoss}} {
		if _, err := Train(t.Context(), d, o, nil); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v; want %q", err, want)
		}
	}
	d.Teacher = func(int, string) float64 { return 1.5 }
	if _, err := Train(t.Context(), d, Options{}, nil); err == nil || !strings.Contains(err.Error(), `the teacher gives row 0 1.5 for "a"; want a probability`) {
		t.Error(err)
	}
}
