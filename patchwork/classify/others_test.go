package classify

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"

	"github.com/gopatchwork/patchwork/patchwork/classify/network"
	"github.com/gopatchwork/patchwork/patchwork/classify/semi"
	"github.com/gopatchwork/patchwork/patchwork/compute"
	"github.com/gopatchwork/patchwork/patchwork/labels"
)

// A mean of ten places in three dimensions: the formula in plain Go, and its gradient by differences.
func TestConfusion(t *testing.T) {
	backend, err := compute.Backend()
	if err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(1, 2))
	const n, dim, places = 7, 3, 4 // no image is of the last place
	units, member := make([][]float32, n), make([][]float32, n)
	for i := range units {
		member[i] = make([]float32, places)
		member[i][[]int{0, 0, 1, 2, 2, 2, 1}[i]] = 1
		for range dim {
			units[i] = append(units[i], float32(r.NormFloat64()))
		}
	}
	want := func() float64 {
		means, here := make([][dim]float64, places), 0.0
		for k := range places {
			count := 0.0
			for i := range n {
				count += float64(member[i][k])
			}
			if count > 0 {
				here++
			}
			for i := range n {
				for d := range dim {
					means[k][d] += float64(member[i][k]*units[i][d]) / (count + 1e-5)
				}
			}
		}
		sum := 0.0
		for a := range 3 {
			for b := range a {
				for d := range dim {
					gap := means[a][d] - means[b][d]
					sum += gap * gap
				}
			}
		}
		return 2 / here * sum
	}
	exec := MustNewExec(backend, func(units, member *Node) (*Node, *Node) {
		c := confusion(units, member)
		return c, Gradient(c, units)[0]
	})
	got := exec.MustExec(units, member)
	if v := float64(got[0].Value().(float32)); math.Abs(v-want()) > 1e-5 {
		t.Errorf("confusion %.7f, want %.7f", v, want())
	}
	gradient := got[1].Value().([][]float32)
	for i := range n {
		for d := range dim {
			const e = 1e-2
			was := units[i][d]
			units[i][d] = was + e
			up := want()
			units[i][d] = was - e
			down := want()
			units[i][d] = was
			if slope := (up - down) / (2 * e); math.Abs(slope-float64(gradient[i][d])) > 1e-4 {
				t.Errorf("gradient at %d, %d is %.6f, by differences %.6f", i, d, gradient[i][d], slope)
			}
		}
	}
}

// fewBlobs is the blobs with labels on the first images of each class alone, and held-out ones that measure.
func fewBlobs(labelled int) (Data, *table) {
	d, table := blobs(600, 24, 3, 1.1, true)
	seen := make([]int, 3)
	for row := range table.validation {
		table.validation[row] = row%4 == 0
		if table.validation[row] {
			continue
		}
		values := table.values[row*3 : row*3+3]
		c := slices.Index(values, labels.Present)
		if seen[c]++; seen[c] > labelled {
			values[0], values[1], values[2] = labels.Unknown, labels.Unknown, labels.Unknown
		}
	}
	return d, table
}

func TestImagesWithoutLabelsTeach(t *testing.T) {
	d, _ := fewBlobs(3)
	o := Options{Head: LinearHead, Epochs: 6, Steps: 40, BatchSize: 16}
	plain := train(t, d, o).Info().Report.Validation
	for _, method := range semi.Methods[1:] {
		o := o
		o.Semi, o.Tau = method, 0.9
		m := train(t, d, o)
		last := m.Info().History[len(m.Info().History)-1]
		if !(last.Sure > 0 && last.Sure <= 1 && last.SemiLoss > 0) {
			t.Errorf("%s: at the end %g of the unknown labels teach, with a loss of %g", method, last.Sure, last.SemiLoss)
		}
		if r := m.Info().Report.Validation; !(r.Top1.Value >= plain.Top1.Value-0.05) {
			t.Errorf("%s finds %v of the held-out images, without it %v", method, r.Top1, plain.Top1)
		}
		if train(t, d, o).head.sum() != m.head.sum() {
			t.Errorf("%s: two trainings with one seed gave other weights", method)
		}
	}
	o.Head, o.Hidden, o.Dropout, o.Semi = MLPHead, 16, 0.3, semi.FixMatch
	if m := train(t, d, o); m.Info().History[len(m.Info().History)-1].Sure == 0 {
		t.Error("nothing taught an mlp")
	}
}

// Only cells without a label, of images that are neither held out nor excluded and have features, are learned from.
func TestWhichImagesTeachWithoutLabels(t *testing.T) {
	d, table := fewBlobs(3)
	table.values[501*3], table.values[501*3+1] = labels.Absent, labels.Unknown // partly labelled
	features := d.Features
	d.Features = func(row int) []float32 {
		if row == 9 {
			return nil
		}
		return features(row)
	}
	p, err := prepare(d)
	if err != nil {
		t.Fatal(err)
	}
	tr := &training{prepared: p, o: Options{Semi: semi.FixMatch, Head: LinearHead}.WithDefaults()}
	s, err := tr.newOthers()
	if err != nil {
		t.Fatal(err)
	}
	want := 0
	for row := range table.validation {
		if !table.validation[row] && row != 9 && slices.Contains(table.values[row*3:row*3+3], labels.Unknown) {
			want++
		}
	}
	if len(s.rows) != want || slices.Contains(s.rows, 9) || slices.ContainsFunc(s.rows, func(row int) bool { return table.validation[row] }) {
		t.Errorf("%d images teach, want %d: %v", len(s.rows), want, s.rows)
	}
	if at := slices.Index(s.rows, 501); at < 0 || s.isUnknown(at, 0) || !s.isUnknown(at, 1) {
		t.Errorf("the partly labelled image is %d of the pool", at)
	}
	drawn := map[int]int{} // one pass is each image once
	for range len(s.rows) / (s.o.Unlabelled * s.o.BatchSize) {
		if _, err := s.draw(nil); err != nil {
			t.Fatal(err)
		}
		for _, at := range s.drawn {
			if drawn[at]++; drawn[at] > 1 {
				t.Fatalf("image %d was drawn twice in a pass", at)
			}
		}
	}
}

func TestSemiSaysWhatIsWrong(t *testing.T) {
	d, table := fewBlobs(3)
	for want, o := range map[string]Options{
		"semi is \"fixmatch\" and loss is softmax":     {Semi: semi.FixMatch, Loss: SoftmaxLoss},
		"tau is 0.3; want 0.5 or more":                 {Semi: semi.FlexMatch, Tau: 0.3},
		`semi is "pseudo"; want one of none, fixmatch`: {Semi: "pseudo"},
	} {
		o.Epochs, o.Steps = 1, 2
		if _, err := Train(t.Context(), d, o, nil); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v; want %q", err, want)
		}
	}
	features := d.Features
	d.Features = func(row int) []float32 {
		if row == 301 {
			return slices.Repeat([]float32{float32(math.Inf(1))}, 24)
		}
		return features(row)
	}
	o := Options{Head: LinearHead, Epochs: 2, Steps: 40, Semi: semi.FixMatch}
	if _, err := Train(t.Context(), d, o, nil); err == nil || !strings.Contains(err.Error(), "row 301") {
		t.Errorf("features that are no numbers: %v", err)
	}
	d.Features = features
	for i := range table.values { // everything is labelled
		table.values[i] = labels.Tri(map[bool]int8{true: 1}[i%3 == i/3%3])
	}
	m := train(t, d, o)
	if w := m.Info().Warnings; !slices.ContainsFunc(w, func(w string) bool { return strings.Contains(w, "fixmatch has nothing to learn from") }) {
		t.Errorf("warnings %q", w)
	}
}

// Images of another place are shifted, and only those of the first are labelled. Confusion brings the hidden units together and
// the answers about the other place nearer to the truth.
func TestConfusionHelpsInAnotherPlace(t *testing.T) {
	d, table := blobs(600, 24, 3, 0.6, true)
	features := d.Features
	elsewhere := func(row int) bool { return row%2 == 1 }
	d.Features = func(row int) []float32 {
		x := slices.Clone(features(row))
		if elsewhere(row) {
			for k := range x[:12] {
				x[k] += 1.5
			}
		}
		return x
	}
	d.Subset = func(row int) string { return map[bool]string{true: "2020", false: "2019"}[elsewhere(row)] }
	truth := make([][]labels.Tri, len(table.validation))
	for row := range truth {
		values := table.values[row*3 : row*3+3]
		truth[row] = slices.Clone(values)
		if elsewhere(row) {
			values[0], values[1], values[2] = labels.Unknown, labels.Unknown, labels.Unknown
		}
	}
	right := func(o Options) float64 {
		m := train(t, d, o)
		scores, err := m.Scores(t.Context(), len(truth), d.Features)
		if err != nil {
			t.Fatal(err)
		}
		hits, n := 0.0, 0.0
		for row := range truth {
			if !elsewhere(row) {
				continue
			}
			best := 0
			for k, s := range scores[row*3 : row*3+3] {
				if s > scores[row*3+best] {
					best = k
				}
			}
			n++
			if truth[row][best] == labels.Present {
				hits++
			}
		}
		return hits / n
	}
	o := Options{Head: MLPHead, Hidden: 32, Epochs: 8, Steps: 40, BatchSize: 32}
	before := right(o)
	o.Confusion = 0.25
	after := right(o)
	if after < before+0.02 {
		t.Errorf("%.3f of the images of the other place are right, without confusion %.3f", after, before)
	}
	t.Logf("right %.3f with confusion, %.3f without", after, before)
	d.Subset = nil
	if w := train(t, d, o).Info().Warnings; !slices.ContainsFunc(w, func(w string) bool { return strings.Contains(w, "all images are of one subset") }) {
		t.Errorf("warnings %q", w)
	}
}

// A convnet's images without labels are maps: the strong view drops numbers of the map, and confusion reads what the layers make of it.
func TestImagesWithoutLabelsTeachConvnets(t *testing.T) {
	d, table := pairs(120)
	for row := 60; row < 120; row++ {
		table.values[2*row], table.values[2*row+1] = labels.Unknown, labels.Unknown
	}
	d.Subset = func(row int) string { return map[bool]string{true: "2020", false: "2019"}[row%2 == 1] }
	for name, more := range map[string]Options{"semi": {Semi: semi.FreeMatch}, "confusion": {Head: MLPHead, Hidden: 8, Confusion: 0.25}} {
		o := smallConvnet
		o.Epochs, o.Head, o.Hidden, o.Semi, o.Confusion = 3, more.Head, more.Hidden, more.Semi, more.Confusion
		last := train(t, d, o).Info().History[2]
		if !(last.SemiLoss > 0) || (o.Semi == semi.FreeMatch) != (last.Sure > 0) {
			t.Errorf("%s: images without labels add %g, by %g of their labels", name, last.SemiLoss, last.Sure)
		}
	}
	h := head{convnet: &convnet{mean: []float32{1, 2}}}
	var err error
	if h.convnet.net, err = network.New(smallConvnet.convnet(), d.Taps[1].Shape); err != nil {
		t.Fatal(err)
	}
	store := model.NewStore()
	defer store.Finalize()
	store.VariableWithValue(pathTrunkMean, []float32{1, 2})
	backend, err := compute.Backend()
	if err != nil {
		t.Fatal(err)
	}
	exec := model.MustNewExec(backend, store, func(scope *model.Scope, x *Node) *Node { return h.centre(store, x.Graph()) })
	if got := exec.MustExec(float32(0))[0].Value().([]float32); !slices.Equal(got, slices.Repeat([]float32{1, 2}, 16)) {
		t.Errorf("the centre of a map of 4×4 with the means 1 and 2 is %v", got)
	}
}
