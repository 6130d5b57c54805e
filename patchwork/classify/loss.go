package classify

import (
	"slices"
	"strings"

	. "github.com/gomlx/gomlx/core/graph"
)

// Loss says what training makes small, of the heads that are trained step by step ("linear" and "mlp").
//
// Each is a mean over what is known: Σ over cells with a label / (their number + 1e-7). A cell is one image and one class.
// A cell whose label is unknown adds nothing to either sum, except where the loss says that it does (WeakLoss and ExpectedLoss).
type Loss string

// lossCard is one loss of the registry.
type lossCard struct {
	name  Loss
	about string
	parts func(c *criterion, logits, labels *Node) (sum, count *Node)
}

// losses is the registry, the default first. Settings lists it.
var losses = []lossCard{
	{SigmoidLoss, "cross-entropy of each class on its own", sigmoidParts},
	{FocalLoss, "cross-entropy that looks at hard images (gamma, alpha)", focalParts},
	{AsymmetricLoss, "for many absent labels and few present ones (gamma_present, gamma_absent, margin)", asymmetricParts},
	{AdjustedLoss, "for rare classes: the share of present labels is taken out of the scores (adjust)", adjustedParts},
	{WeakLoss, "unknown labels count as absent with a small weight (unknown_weight), for those who only mark what is there", weakParts},
	{ExpectedLoss, "for present labels only: so many classes are expected on an image (expected, expected_weight)", expectedParts},
	{SoftmaxLoss, "classes of an exclusive group share one probability", softmaxParts},
	{CosineLoss, "cross-entropy of the angle between features and class (cosine_scale)", sigmoidParts},
}

// lossNames are the registry's names, the default first.
func lossNames() (names []string) {
	for _, l := range losses {
		names = append(names, string(l.name))
	}
	return names
}

// lossAbout is the registry in one text.
func lossAbout() string {
	lines := []string{"head linear, mlp: what training makes small"}
	for _, l := range losses {
		lines = append(lines, string(l.name)+": "+l.about)
	}
	return strings.Join(lines, "\n")
}

// criterion is a loss with all that it is computed with.
type criterion struct {
	o      Options   // with defaults filled in
	priors []float64 // [classes], share of present among the labels that batches show; read by AdjustedLoss alone
	groups [][]int   // columns of classes that exclude each other; read by SoftmaxLoss alone
}

// absentRow is the label that fills up a block behind the last image: no image is there, so that it is neither known nor
// unknown.
const absentRow = -2

// lossFloor keeps the loss of a batch without any known label at 0 instead of 0/0.
const lossFloor = 1e-7

// loss is the mean that is made small, a scalar. Shapes: logits and labels [batch, classes], labels -1, 0 or 1 in the dtype of
// the logits.
func (c *criterion) loss(logits, labels *Node) *Node {
	sum, count := c.parts(logits, labels)
	return Div(sum, AddScalar(count, lossFloor))
}

// parts are the two sums of the mean, so that blocks can be added up. Both are scalars.
func (c *criterion) parts(logits, labels *Node) (sum, count *Node) {
	i := max(0, slices.IndexFunc(losses, func(l lossCard) bool { return l.name == c.o.Loss }))
	return losses[i].parts(c, logits, labels)
}

// masked adds up the losses of the known cells: present where the label is 1 and absent where it is 0, each [batch, classes].
// Smoothing ε draws the labels to one half: y' = y·(1-ε) + ε/2, and a cell costs y'·present + (1-y')·absent.
func (c *criterion) masked(labels, present, absent *Node) (sum, count *Node) {
	known := NonNegativeIndicator(labels)
	return ReduceAllSum(Mul(known, c.mix(labels, present, absent))), ReduceAllSum(known)
}

// mix is the loss of each cell as if its label were known; of no use where it is not.
func (c *criterion) mix(labels, present, absent *Node) *Node {
	target := AddScalar(MulScalar(labels, 1-c.o.Smoothing), c.o.Smoothing/2)
	return Add(Mul(target, present), Mul(OneMinus(target), absent))
}

// softplus is ln(1 + exp(z)), which is -ln(1 - sigmoid(z)), as max(z, 0) + ln(1 + exp(-|z|)): it neither overflows nor loses
// small probabilities, and its gradient is sigmoid(z) at 0 too.
func softplus(z *Node) *Node {
	return Add(Max(z, ZerosLike(z)), Log1P(Exp(Neg(Abs(z)))))
}
