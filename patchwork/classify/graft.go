package classify

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"time"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"

	"github.com/gopatchwork/patchwork/patchwork/classify/network"
	"github.com/gopatchwork/patchwork/patchwork/compute"
	"github.com/gopatchwork/patchwork/patchwork/optimise"
)

// Graft is a head with its trunk, its labels and its loss, to be put on a graph that makes features and is trained with them. Package
// finetune does that. It is for one goroutine.
//
// Data are those of Train: the features as they are before the network is trained give mean and scale, and say which images can be
// learned from.
type Graft struct {
	t      *training
	reader *mapReader
	criter *criterion
	pool   *pool // nil where images without labels teach nothing
}

// NewGraft checks data and options as Train does. A head that is made at once has no loss that a network could follow, so Head ""
// means LinearHead, or the one that has the settings that are given.
//
// Errors: those of Train before its first step; a head that is made at once.
func NewGraft(d Data, o Options) (*Graft, error) {
	if head := o.defaultHead(); head.stepwise() {
		fill(&o.Head, head)
	}
	fill(&o.Head, LinearHead)
	if err := o.check(); err != nil {
		return nil, err
	}
	if !o.Head.stepwise() {
		return nil, fmt.Errorf("classify.Options: head is %q, which is made at once; a network is trained with linear or mlp", o.Head)
	}
	asked := o
	o = o.WithDefaults().settled()
	g := &Graft{}
	var err error
	if g.reader, err = newMapReader(o, d.Taps, d.Dim); err != nil {
		return nil, err
	}
	if d, err = d.through(g.reader); err != nil {
		return nil, err
	}
	p, err := prepare(d)
	if err != nil {
		return nil, err
	}
	p.warnings = append(p.warnings, o.idle(asked)...)
	p.warnAbout(o)
	if o.WeightDecay == 0 {
		o.WeightDecay = 1 / float64(len(p.train.rows))
	}
	g.t = &training{prepared: p, o: o}
	t := g.t
	if t.now, err = newHead(Info{Classes: t.Classes, Groups: t.Groups, Dim: t.Dim, Taps: t.Taps, Options: o}); err != nil {
		return nil, err
	}
	shares := g.sampler(0).shares(t.train.labels, len(t.Classes))
	t.now.begin(t.mean, t.scale, shares, o.Seed)
	if t.Start != nil {
		if err := t.now.goOn(t.Classes, t.FeatureID, t.Start, t.Resolve); err != nil {
			return nil, err
		}
	}
	t.best = t.now
	if g.pool, err = p.newPool(o); err != nil {
		return nil, err
	}
	g.criter = &criterion{o: o, priors: shares, groups: t.now.groups}
	return g, nil
}

// Options are those of the training with all defaults filled in.
func (g *Graft) Options() Options { return g.t.o }

// Classes are those that have labels to learn from.
func (g *Graft) Classes() []string { return g.t.Classes }

// Rows are those learned from, and those held out. Positions below count in one of the two. The slices are shared.
func (g *Graft) Rows() (train, validation []int) { return g.t.train.rows, g.t.validation.rows }

// Warnings say what Info.Warnings will.
func (g *Graft) Warnings() []string { return g.t.warnings }

func (g *Graft) sampler(epoch uint64) *sampler {
	rng := rand.New(rand.NewPCG(g.t.o.Seed^epoch<<32, orderStream))
	return newSampler(g.t.train.labels, len(g.t.Classes), g.t.o.Sampling, g.t.o.Beta, rng)
}

// Draws are the positions of n rows to learn from, by Options.Sampling; each epoch has its own.
func (g *Graft) Draws(epoch uint64, n int) []int {
	from := g.sampler(epoch)
	list := make([]int, n)
	for i := range list {
		list[i] = from.draw()
	}
	return list
}

// TrainLabels writes the labels of a row to learn from, -1, 0 or 1 for each class, to dst; ValidationLabels those of one held out.
func (g *Graft) TrainLabels(position int, dst []float32) { g.t.train.put(position, dst) }

// ValidationLabels writes the labels of a row held out.
func (g *Graft) ValidationLabels(position int, dst []float32) { g.t.validation.put(position, dst) }

// Nobody writes the labels of a place of a batch that holds no image.
func (g *Graft) Nobody(dst []float32) {
	for i := range dst {
		dst[i] = absentRow
	}
}

func (e *examples) put(position int, dst []float32) {
	for i, v := range e.labels[position*len(dst) : (position+1)*len(dst)] {
		dst[i] = float32(v)
	}
}

// Rate is that of step number done, counted from 0, of total.
func (g *Graft) Rate(done, total int) float64 { return g.t.o.rate(done, total) }

// Put adds the variables of head and trunk to a store.
func (g *Graft) Put(s *model.Store) error {
	g.t.now.put(s)
	return s.SetRNGStateFromSeed(int64(g.t.o.Seed))
}

// read makes of features [n, Dim of the data] what the head with its trunk reads; nil of nil.
func (g *Graft) read(features *Node) *Node {
	if g.reader == nil || features == nil {
		return features
	}
	return g.reader.graph(features)
}

// Logits are those of features [n, Dim of the data], [n, classes]. Dropout acts where the store is training.
func (g *Graft) Logits(scope *model.Scope, features *Node) *Node {
	return g.criter.logits(&g.t.now, scope, g.read(features))
}

// Tuned is a variable of the network below that a step trains too.
type Tuned struct {
	Path   string
	Kernel bool // weight decay acts on it
}

// Stepped is what a step says of the batch before it: the loss of its labels and, where images without labels teach, what they add, the
// share of their unknown labels that counts, and the answers about the weak views, [n, classes]; these are else nil.
type Stepped struct{ Loss, More, Sure, Answers *Node }

// Step adds a training step to a graph. Rate is that of head and trunk. Tuned are the variables of the network that are trained too, at
// the rate share·rate, with decay/2·Σ w² of its kernels added to what is minimised.
//
// Shapes: features [n, Dim of the data], labels [n, classes], rate and share scalars; the features of views are of Dim of the data too.
func (g *Graft) Step(scope *model.Scope, features, labels, rate, share *Node, views Views, tuned []Tuned, decay float64) Stepped {
	s, graph := scope.Store(), features.Graph()
	s.SetTraining(graph, true)
	loss := g.criter.loss(g.Logits(scope, features), labels)
	out, sum := Stepped{Loss: loss}, loss
	if g.pool != nil {
		views.Weak, views.Strong, views.Domain = g.read(views.Weak), g.read(views.Strong), g.read(views.Domain)
		out.More, out.Sure, out.Answers = g.criter.unlabelled(&g.t.now, scope, views, g.pool.soft())
		sum = Add(loss, out.More)
	}
	aim := g.criter.decayed(&g.t.now, s, sum)
	before := make([]*Node, len(tuned))
	for i, v := range tuned {
		before[i] = s.GetVariable(v.Path).NodeValue(graph)
		if v.Kernel && decay > 0 {
			aim = Add(aim, MulScalar(ReduceAllSum(Square(before[i])), decay/2))
		}
	}
	trained := g.t.now
	for i, v := range tuned {
		trained.also = append(trained.also, part{path: v.Path, dims: before[i].Shape().Dimensions, trainable: true})
	}
	g.criter.update(&trained, s, aim, rate)
	for i, v := range tuned { // every optimiser's step is in proportion to its rate
		variable := s.GetVariable(v.Path)
		variable.SetNodeValue(Add(before[i], Mul(Sub(variable.NodeValue(graph), before[i]), share)))
	}
	return out
}

// joined is what a step of a variable that joins Adam after others is multiplied by: with its own step number, and that of the
// others, both from 1. Adam divides by how far its averages have come; without it the first hundred steps of such a variable would be
// three to six times too long.
func joined(own, others int) float64 {
	far := func(step int) float64 {
		return math.Sqrt(1-math.Pow(0.999, float64(step))) / (1 - math.Pow(0.9, float64(step)))
	}
	return far(own) / far(others)
}

// Share is what Step's share is for a network that is trained at factor times the rate of the head, at its own step number own while the
// head's is others, both counted from 1.
func (g *Graft) Share(factor float64, own, others int) float64 {
	if g.t.o.Optimiser == Adam {
		factor *= joined(own, others)
	}
	return factor
}

// Restart makes the optimiser forget what it has seen.
func (g *Graft) Restart(s *model.Store) error {
	return optimise.Forget(s)
}

// Judge is the two sums of the loss of held-out images, and their logits.
func (g *Graft) Judge(scope *model.Scope, features, labels *Node) (sum, count, logits *Node) {
	z := g.Logits(scope, features)
	sum, count = g.criter.parts(z, labels)
	return sum, count, z
}

// EndEpoch takes the end of an epoch: the sums that Judge made over the held-out images and their logits, of all in order. It fills
// in p and, if this is the best epoch so far, keeps the numbers of head and trunk that the store has. Without held-out images the loss
// of the training decides, with what images without labels add to it: labels that are few are learned by heart while these still teach.
func (g *Graft) EndEpoch(p *Point, s *model.Store, sum, count float64, logits []float32) error {
	t := g.t
	p.EpochEnd = true
	if len(t.validation.rows) > 0 {
		var err error
		if p.Classes, err = t.figures(logits); err != nil {
			return err
		}
		p.ValidationLoss = sum / (count + lossFloor)
	}
	loss := g.judged(p)
	if math.IsNaN(loss) || math.IsInf(loss, 0) {
		return fmt.Errorf("classify: the loss is %g after epoch %g; lower Options.Rate (now %g)", loss, p.Epoch, t.o.Rate)
	}
	if p.Best = len(t.history) == 0 || loss < t.bestLoss; p.Best {
		t.bestLoss, t.bestEpoch = loss, p.Epoch
		if err := g.Keep(s); err != nil {
			return err
		}
	}
	t.history = append(t.history, *p)
	return nil
}

// judged is the loss of an epoch by which the best is chosen.
func (g *Graft) judged(p *Point) float64 {
	if len(g.t.validation.rows) > 0 {
		return p.ValidationLoss
	}
	return p.TrainLoss + p.SemiLoss
}

// Keep makes the numbers of head and trunk that a store has the best.
func (g *Graft) Keep(s *model.Store) error {
	if err := g.t.now.read(s); err != nil {
		return fmt.Errorf("classify: %w", err)
	}
	g.t.best = g.t.now
	return nil
}

// Paths are those of the variables of head and trunk.
func (g *Graft) Paths() (list []string) {
	for _, p := range g.t.now.parts() {
		list = append(list, p.path)
	}
	return list
}

// History are the ends of the epochs so far.
func (g *Graft) History() []Point { return g.t.history }

// Resume takes up a training that was written down: its history. Keep takes the best numbers.
func (g *Graft) Resume(history []Point) {
	t := g.t
	t.history = history
	for _, p := range history {
		if p.Best {
			t.bestEpoch, t.bestLoss = p.Epoch, g.judged(&p)
		}
	}
}

// Waited is how many epochs have passed since the best.
func (g *Graft) Waited() (n int) {
	for _, p := range g.t.history {
		if n++; p.Best {
			n = 0
		}
	}
	return n
}

// Model is the head with its trunk at the best numbers, as a model that reads features of the trained network: those of every row,
// which go by the name featureID. Its report is measured with them.
func (g *Graft) Model(features func(row int) []float32, featureID string, ended Ended, took time.Duration) (*Model, error) {
	t := g.t
	d := t.Data
	d.Features, d.Taps, d.FeatureID = features, t.Taps, featureID
	if g.reader != nil {
		d.Dim = g.reader.dim
	}
	d, err := d.through(g.reader)
	if err != nil {
		return nil, err
	}
	p := *t.prepared
	p.Features, p.FeatureID = d.Features, featureID
	m := &Model{head: t.best, info: Info{
		Classes: p.Classes, Groups: p.Groups, Dim: p.Dim, Taps: p.Taps, FeatureID: featureID, JournalVersion: p.JournalVersion, Options: t.o,
		TrainRows: len(p.train.rows), ValidationRows: len(p.validation.rows), Missing: p.missing, Warnings: p.warnings,
		Ended: ended, BestEpoch: t.bestEpoch, History: t.history, Trained: time.Now().UTC().Truncate(time.Second), Seconds: took.Seconds(),
	}}
	m.head.weights = slices.Clone(m.head.weights)
	m.head.foldScale(t.o)
	for _, rows := range [][]int{p.train.rows, p.validation.rows} {
		for _, row := range rows {
			if p.Features(row) == nil {
				return nil, fmt.Errorf("classify: row %d has labels and no features of the trained network; compute them first", row)
			}
		}
	}
	return m, m.measure(&p)
}

// graph is read for features [n, dim] of a graph.
func (r *mapReader) graph(x *Node) *Node {
	var parts []*Node
	for i, t := range r.taps {
		dims := append([]int{x.Shape().Dim(0)}, t.Dims()...)
		m := Reshape(Slice(x, AxisRange(), AxisRange(r.from[i], r.from[i]+t.Size())), dims...)
		if r.pooling == network.KeepMap {
			return Reshape(m, dims[0], -1)
		}
		parts = append(parts, r.pooling.Graph(m))
	}
	joined := Concatenate(parts, 1)
	if r.unit {
		joined = toUnit(joined, -1)
	}
	return joined
}

// Warm trains head and trunk alone, on the features as they are, as long and as fast as Train does by default, and begins with the best of
// that: a network is not well served by
// the gradients of a head that knows nothing.
func (g *Graft) Warm(ctx context.Context) error {
	o := g.t.o
	o.Epochs, o.Steps, o.Rate, o.Patience = 0, 0, 0, 0
	t := &training{prepared: g.t.prepared, o: o.WithDefaults()}
	t.Start = g.t.Start
	defer t.close()
	if err := compute.Try("classify: training", func() error { return t.run(ctx) }); err != nil {
		return err
	}
	if t.best.weights == nil {
		return errors.New("classify: the training of the head ended without weights")
	}
	g.t.now = t.best
	return nil
}
