package finetune

import (
	"errors"
	"fmt"

	"github.com/gopatchwork/patchwork/patchwork/augment"
	"github.com/gopatchwork/patchwork/patchwork/classify"
	"github.com/gopatchwork/patchwork/patchwork/classify/semi"
)

// Options configures Train. The zero value is a good default. Of the head's options Epochs 0 means 10, Steps 0 one for each
// BatchSize of images to learn from, but 10 to 50, Rate 0 means 0.001 and Head "" means classify.LinearHead.
type Options struct {
	classify.Options `yaml:",inline"`

	Unfreeze     int            `json:"unfreeze" yaml:"unfreeze"`           // epochs on images until the network is trained too; 0 means 1, -1 never
	NetworkRate  float64        `json:"network_rate" yaml:"network_rate"`   // of the network, as a share of Rate, up to 10; 0 means 0.1
	NetworkDecay float64        `json:"network_decay" yaml:"network_decay"` // pull of the network's kernels to 0; 0 means none
	Restart      bool           `json:"restart" yaml:"restart"`             // optimiser and schedule begin anew when the network joins
	Cold         bool           `json:"cold" yaml:"cold"`                   // do not train the head on the features as they are first
	Augment      augment.Params `json:"augment" yaml:"augment"`             // of the images learned from, and the weak view of those without labels; the zero value is none, with Semi augment.FixMatchWeak

	StrongAugment augment.Params `json:"strong_augment" yaml:"strong_augment"` // the strong view, with Semi; the zero value is augment.FixMatchStrong
}

// Check reports every bad field of its own at once; Train calls it.
func (o Options) Check() error {
	need := func(ok bool, format string, args ...any) error {
		if ok {
			return nil
		}
		return fmt.Errorf("finetune.Options: "+format, args...)
	}
	return errors.Join(
		need(o.Unfreeze >= -1, "Unfreeze is %d; want 1 or more, -1 for never, or 0 for the default (1)", o.Unfreeze),
		need(o.NetworkRate >= 0 && o.NetworkRate <= 10, "NetworkRate is %g; want a share of the rate up to 10, or 0 for the default (0.1)", o.NetworkRate),
		need(o.NetworkDecay >= 0, "NetworkDecay is %g; want 0 or more", o.NetworkDecay),
		need(!o.InContext(), "Context is %q, and a network that is trained sees one image at a time, without its neighbours; tune without context, and train with it on the tuned features", o.Context),
		need(o.StrongAugment == (augment.Params{}) || o.guesses(), "StrongAugment is a second view of images without labels, and semi is none; choose a semi, or leave it out"),
		o.Augment.Validate(), o.StrongAugment.Validate())
}

// withDefaults is a copy in which what the head's options would fill in otherwise is filled in, for so many images.
func (o Options) withDefaults(images int) Options {
	if o.Epochs == 0 {
		o.Epochs = 10
	}
	if o.BatchSize == 0 {
		o.BatchSize = 32
	}
	if o.Steps == 0 {
		o.Steps = min(max((images+o.BatchSize-1)/o.BatchSize, 10), 50)
	}
	if o.Rate == 0 {
		o.Rate = 1e-3
	}
	if o.Unfreeze == 0 {
		o.Unfreeze = 1
	}
	if o.NetworkRate == 0 {
		o.NetworkRate = 0.1
	}
	if o.guesses() {
		if o.Augment == (augment.Params{}) {
			o.Augment = augment.FixMatchWeak()
		}
		if o.StrongAugment == (augment.Params{}) {
			o.StrongAugment = augment.FixMatchStrong()
		}
	}
	return o
}

// guesses says whether images without labels teach by what the model guesses of them.
func (o Options) guesses() bool { return o.Semi != "" && o.Semi != semi.None }

// frozen says whether the network rests in an epoch, counted from 0.
func (o Options) frozen(epoch int) bool { return o.Unfreeze < 0 || epoch < o.Unfreeze }

// rate is that of a step, counted from 0.
func (o Options) rate(g *classify.Graft, done int) float64 {
	total, joins := o.Epochs*o.Steps, o.Unfreeze*o.Steps
	if o.Restart && joins > 0 && done >= joins {
		return g.Rate(done-joins, total-joins)
	}
	return g.Rate(done, total)
}

// share is that of the network's steps in the head's, see classify.Graft.Share.
func (o Options) share(g *classify.Graft, done int) float64 {
	own := done - o.Unfreeze*o.Steps + 1
	if o.Restart {
		return g.Share(o.NetworkRate, own, own)
	}
	return g.Share(o.NetworkRate, own, done+1)
}
