package classify

import (
	"fmt"
	"slices"

	"github.com/gopatchwork/patchwork/patchwork/classify/semi"
)

// From these shares of known labels on, what a model answers about unknown ones did no harm where it was measured (docs/classify.md).
const (
	enoughKnown    = 0.6
	enoughWithWeak = 0.4 // with WeakLoss
)

// warnAbout says what the labels lack for these options: images held out, and classes that were only ever seen present, or only
// absent. Losses that take unknown labels for absent tell the images of a class apart of which only present ones are labelled, and
// one that lets classes share a probability learns from the others of a group.
func (p *prepared) warnAbout(o Options) {
	switch {
	case len(p.validation.rows) > 0:
	case o.Head.stepwise():
		p.warn("no labelled image is held out for validation, so the training loss chooses the best weights and nothing measures them")
	default:
		p.warn("no labelled image is held out for validation, so nothing measures the model on images that it has not learned from")
	}
	if p.Teacher != nil { // whose probabilities differ from image to image on one side as well
		return
	}
	n := len(p.Classes)
	counts := make([][3]int, n) // by class: absent, present, unknown
	for i, v := range p.train.labels {
		counts[i%n][(int(v)+3)%3]++
	}
	known := 0
	for _, c := range counts {
		known += c[0] + c[1]
	}
	least, help := enoughKnown, ", or take the loss weak"
	if o.Loss == WeakLoss {
		least, help = enoughWithWeak, ""
	}
	if share := float64(known) / float64(len(p.train.labels)); o.Semi != semi.None && o.Head.stepwise() && share < least {
		p.warn(fmt.Sprintf("%.0f %% of the labels of the images learned from are known; with so few %s may learn its own mistakes by heart: "+
			"compare with semi none%s, or label these images for more classes", 100*share, o.Semi, help))
	}
	loss := o.Loss
	if !o.Head.stepwise() {
		loss = SigmoidLoss
	}
	for c, name := range p.Classes {
		absent, present, unknown := counts[c][0] > 0, counts[c][1] > 0, counts[c][2] > 0
		switch {
		case absent && present, loss == SoftmaxLoss && p.othersPresent(name, counts):
		case absent:
			p.warn(fmt.Sprintf("class %q has no image labelled present for training, so its scores cannot tell images apart; label some present", name))
		case (loss == WeakLoss || loss == ExpectedLoss) && unknown:
		case unknown:
			p.warn(fmt.Sprintf("class %q has no image labelled absent for training, so its scores cannot tell images apart; label some absent, "+
				"or take the loss weak, which counts unknown labels a little as absent", name))
		default:
			p.warn(fmt.Sprintf("class %q has no image labelled absent for training, so its scores cannot tell images apart; label some absent", name))
		}
	}
}

// othersPresent says whether another class of a group that name is in is present on some image.
func (p *prepared) othersPresent(name string, counts [][3]int) bool {
	for _, group := range p.Groups {
		if !slices.Contains(group, name) {
			continue
		}
		for c, other := range p.Classes {
			if other != name && slices.Contains(group, other) && counts[c][1] > 0 {
				return true
			}
		}
	}
	return false
}
