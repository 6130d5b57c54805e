package pretrain

import (
	"errors"
	"fmt"
	"image"

	"github.com/gopatchwork/patchwork/patchwork/augment"
	"github.com/gopatchwork/patchwork/patchwork/optimise"
)

// DefaultSide is what Options.Side 0 means, in pixels.
const DefaultSide = 64

// Options configures Train. The zero value is a good default.
type Options struct {
	Epochs int `json:"epochs" yaml:"epochs"`         // passes over the images; 0 means 100, or what Steps asks for
	Steps  int `json:"steps" yaml:"steps"`           // in place of Epochs: batches in all
	Batch  int `json:"batch_size" yaml:"batch_size"` // images in a batch; 0 means 128, or all images if these are fewer
	Side   int `json:"side" yaml:"side"`             // pixels of what the network sees; 0 means 64

	Optimiser  optimise.Optimiser `json:"optimiser" yaml:"optimiser"`   // "" means the method's own
	Rate       float64            `json:"rate" yaml:"rate"`             // 0 means the method's own, or with an optimiser of another kind that one's (optimise.Optimiser.DefaultRate)
	Schedule   optimise.Schedule  `json:"schedule" yaml:"schedule"`     // "" means Warmup
	Period     int                `json:"period" yaml:"period"`         // see optimise.Rates
	Warmup     int                `json:"warmup" yaml:"warmup"`         // see optimise.Rates
	Decay      float64            `json:"decay" yaml:"decay"`           // decay/2·Σ w² of the kernels is added to the loss; with AdamW they shrink by themselves; 0 means the method's own, negative none
	Clip       float64            `json:"clip" yaml:"clip"`             // largest norm of all gradients together; 0 means none
	Accumulate int                `json:"accumulate" yaml:"accumulate"` // batches whose gradients make one step; 0 means 1

	Precision Precision `json:"precision" yaml:"precision"` // that networks compute in; "" means Float32
	Devices   int       `json:"devices" yaml:"devices"`     // that share each batch; 0 means 1

	Augment *augment.Params `json:"augment" yaml:"augment"`  // after the crop; nil means mirroring, colour jitter, grey and blur
	Crop    [2]float64      `json:"crop" yaml:"crop,flow"`   // shares of the area that a crop of a view has; 0 means 0.2 to 1
	Small   [2]float64      `json:"small" yaml:"small,flow"` // the same of small crops; 0 means 0.05 to 0.2

	Save int    `json:"save" yaml:"save"` // steps between two checkpoints; 0 means an epoch, and 100 at least
	Seed uint64 `json:"seed" yaml:"seed"` // 0 is a seed like any other
}

// Contrastive is the augmentation of views where none is given.
//
// Source: Chen et al. 2020, arXiv:2002.05709, appendix A, in the order of package augment; there half of the images are blurred at 224 pixels and none at 32.
func Contrastive() augment.Params {
	return augment.Params{FlipLeftRight: true, Jitter: 0.5, DropColor: 0.2, GaussianBlur: 0.2}
}

// View is the view of a picture where Options say nothing: 0.2 to 1 of its area, brought to a size in pixels, and Contrastive.
func View(size image.Point) (*augment.Pipeline, error) {
	return augment.RandomResizedCrop{Scale: fullCrop}.New(Contrastive(), size)
}

var fullCrop = [2]float64{0.2, 1}

// Check reports every bad field at once; Train calls it.
func (o Options) Check() error {
	crop := func(name string, c [2]float64) error {
		return need(c == [2]float64{} || c[0] > 0 && c[0] <= c[1] && c[1] <= 1, "pretrain.Options: %s is %v; want two shares that rise within (0, 1]", name, c)
	}
	return errors.Join(
		need(o.Epochs >= 0, "pretrain.Options: Epochs is %d; want 1 or more, or 0 for the default (100)", o.Epochs),
		need(o.Steps >= 0, "pretrain.Options: Steps is %d; want 1 or more, or 0 for Epochs", o.Steps),
		need(o.Steps == 0 || o.Epochs == 0, "pretrain.Options: Steps is %d and Epochs %d; give one of them", o.Steps, o.Epochs),
		need(o.Batch >= 0 && o.Batch != 1, "pretrain.Options: Batch is %d; want 2 or more, or 0 for the default (128)", o.Batch),
		need(o.Side == 0 || o.Side >= 8, "pretrain.Options: Side is %d; want 8 pixels or more, or 0 for the default (64)", o.Side),
		o.Optimiser.Check(), o.Schedule.Check(), o.Precision.Check(),
		need(o.Rate >= 0, "pretrain.Options: Rate is %g; want 0 or more", o.Rate),
		need(o.Period >= 0, "pretrain.Options: Period is %d; want 1 or more steps, or 0 for the default", o.Period),
		need(o.Warmup >= 0, "pretrain.Options: Warmup is %d; want 1 or more steps, or 0 for the default", o.Warmup),
		need(o.Clip >= 0, "pretrain.Options: Clip is %g; want 0 or more", o.Clip),
		need(o.Accumulate >= 0, "pretrain.Options: Accumulate is %d; want 1 or more, or 0 for 1", o.Accumulate),
		need(o.Devices >= 0, "pretrain.Options: Devices is %d; want 1 or more, or 0 for 1", o.Devices),
		crop("Crop", o.Crop), crop("Small", o.Small),
		need(o.Save >= 0, "pretrain.Options: Save is %d; want 1 or more steps, or 0 for the default", o.Save))
}

// withDefaults is a copy in which every zero that stands for a default is filled in, for a method and so many images.
func (o Options) withDefaults(c Card, images int) (Options, error) {
	fill(&o.Batch, min(128, images))
	if o.Batch > images {
		return o, fmt.Errorf("pretrain.Options: Batch is %d and there are %d images; want at most so many, or more images", o.Batch, images)
	}
	if o.Batch < 2 {
		return o, fmt.Errorf("pretrain: there are %d images; want 2 or more", images)
	}
	perEpoch := images / o.Batch
	if o.Steps == 0 {
		fill(&o.Epochs, 100)
		o.Steps = o.Epochs * perEpoch
	}
	o.Epochs = (o.Steps + perEpoch - 1) / perEpoch
	fill(&o.Side, DefaultSide)
	fill(&o.Optimiser, c.Optimiser)
	if o.Optimiser == c.Optimiser || o.Optimiser.Adaptive() && c.Optimiser.Adaptive() {
		fill(&o.Rate, c.Rate)
	}
	fill(&o.Rate, o.Optimiser.DefaultRate())
	fill(&o.Schedule, optimise.Warmup)
	fill(&o.Decay, c.Decay)
	o.Decay = max(o.Decay, 0)
	fill(&o.Accumulate, 1)
	fill(&o.Precision, Float32)
	fill(&o.Devices, 1)
	if o.Augment == nil {
		a := Contrastive()
		o.Augment = &a
	}
	fill(&o.Crop, fullCrop)
	fill(&o.Small, [2]float64{0.05, 0.2})
	fill(&o.Save, max(perEpoch, 100))
	return o, nil
}

func fill[T comparable](field *T, value T) {
	var zero T
	if *field == zero {
		*field = value
	}
}

func (o Options) rates() optimise.Rates {
	return optimise.Rates{Rate: o.Rate, Schedule: o.Schedule, Period: o.Period, Warmup: o.Warmup}
}
