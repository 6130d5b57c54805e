package classify

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
)

// Paths of the variables of heads, in their stores and in their checkpoints.
const (
	pathWeights   = "/head/weights"   // [inputs, classes]; the inputs are the features, or the hidden units where there are any
	pathBias      = "/head/bias"      // [classes]
	pathInner     = "/hidden/weights" // [dim, hidden]
	pathInnerBias = "/hidden/bias"    // [hidden]
	pathMean      = "/standard/mean"  // [dim]
	pathScale     = "/standard/scale" // [dim]
)

// head holds the numbers of a model on the host.
type head struct {
	kind                       Head
	dim, classes, hidden       int
	unit                       bool    // the last layer reads the direction of its inputs alone
	groups                     [][]int // columns of classes that share one probability
	weights, bias, mean, scale []float32
	inner, innerBias           []float32

	posterior                      Posterior
	variance, biasVariance, factor []float32 // see the paths
	images                         *byImages // of a full posterior of few images, in place of factor

	below   string   // Options.trunkText: what stands before it
	convnet *convnet // of that trunk, else nil; its output is then the features
	taps    []int    // of the trunk multiscale: how many of the features belong to each map

	also []part // variables of a network below that a step trains too, see Graft.Step

	neighbours        int // that judge an image
	examples, answers []float32
}

// newHead returns a head without numbers.
func newHead(i Info) (head, error) {
	h := head{kind: i.Options.Head, dim: i.Dim, classes: len(i.Classes), below: i.Options.trunkText()}
	if err := h.stand(i); err != nil {
		return h, err
	}
	if h.kind == MLPHead {
		h.hidden = i.Options.Hidden
	}
	h.unit = h.kind.stepwise() && i.Options.Loss == CosineLoss || !h.kind.stepwise()
	if h.kind == LogisticHead {
		h.posterior = i.Posterior()
	}
	if h.kind == NeighboursHead {
		h.neighbours = i.Options.Neighbours
	}
	if h.kind.stepwise() && i.Options.Loss == SoftmaxLoss {
		groups, err := columnsOf(i.Groups, i.Classes)
		if err != nil {
			return h, err
		}
		h.groups = groups
	}
	return h, nil
}

// inputs is what the last layer reads: hidden units, or features.
func (h *head) inputs() int {
	if h.hidden > 0 {
		return h.hidden
	}
	return h.dim
}

// part is one variable of a head.
type part struct {
	path      string
	dims      []int // -1 where a head that was saved may have any
	values    *[]float32
	trainable bool
}

// parts are the variables that a head of its kind has, in the order in which they are counted in its sum.
func (h *head) parts() []part {
	if h.kind == NeighboursHead {
		count := -1
		if h.answers != nil {
			count = len(h.answers) / h.classes
		}
		return []part{
			{pathExamples, []int{count, h.dim}, &h.examples, false}, {pathAnswers, []int{count, h.classes}, &h.answers, false},
			{pathMean, []int{h.dim}, &h.mean, false}, {pathScale, []int{h.dim}, &h.scale, false},
		}
	}
	list := []part{
		{pathWeights, []int{h.inputs(), h.classes}, &h.weights, true},
		{pathBias, []int{h.classes}, &h.bias, true},
		{pathMean, []int{h.dim}, &h.mean, false},
		{pathScale, []int{h.dim}, &h.scale, false},
	}
	if h.hidden > 0 {
		list = append(list, part{pathInner, []int{h.dim, h.hidden}, &h.inner, true}, part{pathInnerBias, []int{h.hidden}, &h.innerBias, true})
	}
	switch h.posterior {
	case DiagonalPosterior:
		list = append(list, part{pathVariance, []int{h.dim, h.classes}, &h.variance, false}, part{pathBiasVariance, []int{h.classes}, &h.biasVariance, false})
	case FullPosterior:
		if b := h.images; b != nil {
			n, more := -1, -1
			if b.rows != nil {
				n = len(b.rows) / h.dim
				more = n + 1
			}
			list = append(list, part{pathImages, []int{n, h.dim}, &b.rows, false}, part{pathByImages, []int{h.classes, more, n}, &b.factor, false},
				part{pathApart, []int{h.classes}, &b.apart, false}, part{pathPrior, []int{1}, &b.prior, false})
		} else {
			list = append(list, part{pathFactor, []int{h.classes, h.dim + 1, h.dim + 1}, &h.factor, false})
		}
	}
	if h.convnet != nil {
		list = append(list, h.convnet.parts()...)
	}
	return append(list, h.also...)
}

// begin sets the numbers that training starts with: the last layer at 0, so that every image gets the shares of present
// labels, hidden units at random (He et al. 2015). A layer of directions begins at random too: 0 has no direction.
func (h *head) begin(mean, scale []float32, shares []float64, seed uint64) {
	if h.convnet != nil {
		h.convnet.begin(mean, scale, seed)
		by := float32(1)
		if h.convnet.unit { // so that its squares average 1, too
			by = float32(math.Sqrt(float64(h.dim)))
		}
		mean, scale = make([]float32, h.dim), slices.Repeat([]float32{by}, h.dim)
	}
	h.mean, h.scale = mean, scale
	rng := rand.New(rand.NewPCG(seed, weightStream))
	random := func(n int, deviation float64) []float32 {
		out := make([]float32, n)
		for i := range out {
			out[i] = float32(deviation * rng.NormFloat64())
		}
		return out
	}
	h.bias, h.weights = make([]float32, h.classes), make([]float32, h.inputs()*h.classes)
	if h.unit {
		h.weights = random(len(h.weights), math.Sqrt(1/float64(h.inputs())))
	}
	if h.hidden > 0 {
		h.inner, h.innerBias = random(h.dim*h.hidden, math.Sqrt(2/float64(h.dim))), make([]float32, h.hidden)
	}
	for c, p := range shares {
		h.bias[c] = float32(math.Log(p/(1-p)) / h.gain())
	}
}

// weightStream names the random stream of first weights.
const weightStream = 0x77656967687473 // "weights"

// gain is what the bias is multiplied by, see gain.
func (h *head) gain() float64 {
	if h.unit {
		return 1
	}
	return gain(h.inputs())
}

// store returns a fresh model store with the head's variables.
func (h *head) store() *model.Store {
	s := model.NewStore()
	h.put(s)
	return s
}

// put adds the head's variables to a store.
func (h *head) put(s *model.Store) {
	for _, p := range h.parts() {
		s.VariableWithValue(p.path, tensors.FromFlatDataAndDimensions(*p.values, p.dims...)).SetTrainable(p.trainable)
	}
}

// read copies the variables of a store into the head.
func (h *head) read(s *model.Store) error {
	if h.convnet != nil {
		h.convnet = h.convnet.fresh() // a copy of this head may hold the one before
	}
	if h.images = nil; s.GetVariable(pathImages) != nil {
		h.images = &byImages{}
	}
	for _, p := range h.parts() {
		v := s.GetVariable(p.path)
		if v == nil {
			return fmt.Errorf("variable %s is missing", p.path)
		}
		t, err := v.Value()
		if err != nil {
			return fmt.Errorf("variable %s: %w", p.path, err)
		}
		if got := t.Shape().Dimensions; !slices.EqualFunc(got, p.dims, func(got, want int) bool { return got == want || want < 0 }) {
			return fmt.Errorf("variable %s has the shape %v; want %v", p.path, got, p.dims)
		}
		if *p.values, err = tensors.CopyFlatData[float32](t); err != nil {
			return fmt.Errorf("variable %s: %w", p.path, err)
		}
	}
	return nil
}

// foldScale makes the trained weights of directions ready for scoring: as long as the logit of a perfect match.
func (h *head) foldScale(o Options) {
	if !h.unit {
		return
	}
	for c := range h.classes {
		sum := shortest
		for i := range h.inputs() {
			sum += math.Pow(float64(h.weights[i*h.classes+c]), 2)
		}
		for i := range h.inputs() {
			h.weights[i*h.classes+c] *= float32(o.CosineScale / math.Sqrt(sum))
		}
	}
}
