package classify

import (
	"errors"
	"fmt"

	"github.com/gopatchwork/patchwork/patchwork/classify/network"
	"github.com/gopatchwork/patchwork/patchwork/classify/semi"
)

// Options configures Train. The zero value is a good default; each field says what 0 means. Where 0 stands for another
// number, a tiny one such as 1e-9 is practically 0.
type Options struct {
	Epochs      int       `json:"epochs" yaml:"epochs"`             // times that the validation loss is looked at; 0 means 20
	Steps       int       `json:"steps" yaml:"steps"`               // batches in an epoch; 0 means 50
	BatchSize   int       `json:"batch_size" yaml:"batch_size"`     // rows in a batch; 0 means 32
	Optimiser   Optimiser `json:"optimiser" yaml:"optimiser"`       // "" means Adam
	Rate        float64   `json:"rate" yaml:"rate"`                 // of the optimiser; 0 means 3e-3 for Adam, 0.03 for Momentum, 0.5 for LARS
	Schedule    Schedule  `json:"schedule" yaml:"schedule"`         // of the rate; "" means Cosine
	Period      int       `json:"period" yaml:"period"`             // steps of Exponential, Staircase and Restarts; 0 means a fifth of all, and a seventh for Restarts
	Warmup      int       `json:"warmup" yaml:"warmup"`             // steps of Warmup; 0 means a tenth of all
	Smoothing   float64   `json:"smoothing" yaml:"smoothing"`       // label smoothing in [0, 1); 0 means none
	WeightDecay float64   `json:"weight_decay" yaml:"weight_decay"` // of W, not of b; 0 means 1/labelled rows, or for LogisticHead one chosen by leaving images out
	Sampling    Sampling  `json:"sampling" yaml:"sampling"`         // which rows a batch prefers; "" means ByClass
	Beta        float64   `json:"beta" yaml:"beta"`                 // of ByEffective, below 1; 0 means 0.99
	Patience    int       `json:"patience" yaml:"patience"`         // end after so many epochs without a better one; 0 means never
	Seed        uint64    `json:"seed" yaml:"seed"`                 // same seed and inputs, same weights; 0 is a seed like any other

	Semi       semi.Method `json:"semi" yaml:"semi"`               // how images without labels teach, of the heads linear and mlp; "" means none
	SemiWeight float64     `json:"semi_weight" yaml:"semi_weight"` // of their term beside the loss; 0 means 1
	Tau        float64     `json:"tau" yaml:"tau"`                 // confidence from which an answer counts, 0.5 or more; 0 means 0.95
	Unlabelled int         `json:"unlabelled" yaml:"unlabelled"`   // unlabelled images for each image of a batch; 0 means 4
	Strong     float64     `json:"strong" yaml:"strong"`           // share of the features that the strong view lacks; 0 means 0.5
	Confusion  float64     `json:"confusion" yaml:"confusion"`     // how firmly subsets are made alike to MLPHead; 0 means not at all

	Distil float64 `json:"distil" yaml:"distil"` // temperature of what a teacher says, where there is one (Data.Teacher); 0 means 1

	Head    Head    `json:"head" yaml:"head"`       // how features become probabilities; "" means LogisticHead, or LinearHead or another where a setting is given that LogisticHead lacks
	Hidden  int     `json:"hidden" yaml:"hidden"`   // hidden units of MLPHead; 0 means 128
	Dropout float64 `json:"dropout" yaml:"dropout"` // share of the hidden units of MLPHead that fall out in a step; 0 means none

	Temperature float64   `json:"temperature" yaml:"temperature"` // of PrototypesHead; 0 means 0.1
	Neighbours  int       `json:"neighbours" yaml:"neighbours"`   // of NeighboursHead, that judge an image; 0 means 10
	Posterior   Posterior `json:"posterior" yaml:"posterior"`     // of LogisticHead; "" means AutoPosterior
	Even        Switch    `json:"even" yaml:"even"`               // of LogisticHead: logits of equal spread while labels are few; "" means On

	Context      Context         `json:"context" yaml:"context"`             // of an image, in its features; "" means AutoContext, which is NoContext without Data.Around
	Trunk        Trunk           `json:"trunk" yaml:"trunk"`                 // what stands between features and head; "" means VectorTrunk
	Taps         string          `json:"taps" yaml:"taps"`                   // which maps, see network.Multiscale.Choose; "" means the last, for MultiscaleTrunk all
	Layers       string          `json:"layers" yaml:"layers"`               // of ConvnetTrunk, see network.Parse; "" means DefaultLayers
	Kernel       int             `json:"kernel" yaml:"kernel"`               // of ConvnetTrunk: 1, 3, 5 or 7; 0 means 1
	BatchNorm    Switch          `json:"batchnorm" yaml:"batchnorm"`         // of ConvnetTrunk; "" means Off
	Separable    Switch          `json:"separable" yaml:"separable"`         // of ConvnetTrunk; "" means Off
	LayerDropout float64         `json:"layer_dropout" yaml:"layer_dropout"` // of ConvnetTrunk, share that d drops; 0 means 0.5
	Pooling      network.Pooling `json:"pooling" yaml:"pooling"`             // of PoolingTrunk and ConvnetTrunk; "" means MaxPooling
	ScalePooling network.Pooling `json:"scale_pooling" yaml:"scale_pooling"` // of MultiscaleTrunk; "" means AveragePooling
	ScaleDropout float64         `json:"scale_dropout" yaml:"scale_dropout"` // of MultiscaleTrunk, share of taps left out in a step; 0 means 0.5

	Normalise Switch `json:"normalise" yaml:"normalise"` // what the trunk gives the head has length one; "" means Off

	Loss           Loss    `json:"loss" yaml:"loss"`                       // "" means SigmoidLoss
	Gamma          float64 `json:"gamma" yaml:"gamma"`                     // of FocalLoss; 0 means 2
	Alpha          float64 `json:"alpha" yaml:"alpha"`                     // of FocalLoss, below 1; 0 means that present and absent weigh 1
	GammaPresent   float64 `json:"gamma_present" yaml:"gamma_present"`     // of AsymmetricLoss
	GammaAbsent    float64 `json:"gamma_absent" yaml:"gamma_absent"`       // of AsymmetricLoss; 0 means 4
	Margin         float64 `json:"margin" yaml:"margin"`                   // of AsymmetricLoss, below 1; 0 means 0.05
	Adjust         float64 `json:"adjust" yaml:"adjust"`                   // of AdjustedLoss; 0 means 1
	UnknownWeight  float64 `json:"unknown_weight" yaml:"unknown_weight"`   // of WeakLoss; 0 means 0.05
	Expected       float64 `json:"expected" yaml:"expected"`               // classes on an image, of ExpectedLoss; 0 means 1
	ExpectedWeight float64 `json:"expected_weight" yaml:"expected_weight"` // of ExpectedLoss; 0 means 1
	CosineScale    float64 `json:"cosine_scale" yaml:"cosine_scale"`       // of CosineLoss; 0 means 16
}

// check reports every bad field at once, each with the value it got. What a setting may be, Settings says.
func (o Options) check() error {
	var wrong []error
	for _, s := range Settings() {
		if err := s.check(o); err != nil {
			wrong = append(wrong, fmt.Errorf("classify.Options: %w", err))
		}
	}
	return errors.Join(append(wrong, o.checkTrunk(), o.CheckContext())...)
}

// WithDefaults is a copy in which every zero that stands for a default is filled in.
func (o Options) WithDefaults() Options {
	o.trunkDefaults()
	fill(&o.Head, o.defaultHead())
	fill(&o.Normalise, Off)
	fill(&o.Context, AutoContext)
	fill(&o.Epochs, 20)
	fill(&o.Steps, 50)
	fill(&o.BatchSize, 32)
	fill(&o.Optimiser, Adam)
	fill(&o.Rate, o.Optimiser.DefaultRate())
	fill(&o.Schedule, Cosine)
	fill(&o.Sampling, ByClass)
	fill(&o.Semi, semi.None)
	fill(&o.SemiWeight, 1)
	fill(&o.Tau, 0.95)
	fill(&o.Unlabelled, 4)
	fill(&o.Strong, 0.5)
	fill(&o.Hidden, 128)
	fill(&o.Temperature, 0.1)
	fill(&o.Neighbours, 10)
	fill(&o.Posterior, AutoPosterior)
	fill(&o.Even, On)
	fill(&o.Beta, 0.99)
	fill(&o.Loss, SigmoidLoss)
	fill(&o.Gamma, 2)
	fill(&o.GammaAbsent, 4)
	fill(&o.Margin, 0.05)
	fill(&o.Adjust, 1)
	fill(&o.UnknownWeight, 0.05)
	fill(&o.Expected, 1)
	fill(&o.ExpectedWeight, 1)
	fill(&o.CosineScale, 16)
	return o
}

func fill[T comparable](field *T, value T) {
	var zero T
	if *field == zero {
		*field = value
	}
}
