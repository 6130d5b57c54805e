package classify

import (
	"encoding/json"
	"math"

	"github.com/gopatchwork/patchwork/patchwork/evaluate"
)

// Point is a moment of a training, for a learning curve.
type Point struct {
	Epoch     float64 `yaml:"epoch"`      // epochs done; a fraction within an epoch
	Step      int     `yaml:"step"`       // steps done, of Steps
	Steps     int     `yaml:"steps"`      // that a full training takes
	Rate      float64 `yaml:"rate"`       // of the last step
	TrainLoss float64 `yaml:"train_loss"` // mean of the steps since the epoch began, with smoothing

	SemiLoss float64 `yaml:"semi_loss,omitempty"` // what images without labels add, as TrainLoss; 0 without Options.Semi and Options.Confusion
	Sure     float64 `yaml:"sure,omitempty"`      // share of the unknown labels that taught by the model's own answer, as TrainLoss

	// What follows is known at the end of an epoch and only with validation rows, else NaN and nil.
	ValidationLoss float64      `yaml:"validation_loss"` // over all known validation labels, same formula as TrainLoss
	Classes        []ClassPoint `yaml:"classes,omitempty"`
	EpochEnd       bool         `yaml:"epoch_end"`
	Best           bool         `yaml:"best"` // of an epoch's end: the weights are the best so far and are kept
}

// ClassPoint is how well the validation rows of a class are told apart, in the order of Info.Classes.
type ClassPoint struct {
	Accuracy evaluate.Number `json:"accuracy" yaml:"accuracy"` // at 0.5
	AUC      evaluate.Number `json:"auc" yaml:"auc"`           // missing when one-sided
}

// pointJSON is Point with null for NaN.
type pointJSON struct {
	Epoch          float64         `json:"epoch"`
	Step           int             `json:"step"`
	Steps          int             `json:"steps"`
	Rate           float64         `json:"rate"`
	TrainLoss      evaluate.Number `json:"train_loss"`
	SemiLoss       float64         `json:"semi_loss,omitempty"`
	Sure           float64         `json:"sure,omitempty"`
	ValidationLoss evaluate.Number `json:"validation_loss"`
	Classes        []ClassPoint    `json:"classes,omitempty"`
	EpochEnd       bool            `json:"epoch_end"`
	Best           bool            `json:"best"`
}

// MarshalJSON writes null for a loss that is NaN.
func (p Point) MarshalJSON() ([]byte, error) {
	return json.Marshal(pointJSON{p.Epoch, p.Step, p.Steps, p.Rate, evaluate.Number(p.TrainLoss), p.SemiLoss, p.Sure,
		evaluate.Number(p.ValidationLoss), p.Classes, p.EpochEnd, p.Best})
}

// UnmarshalJSON reads null as NaN.
func (p *Point) UnmarshalJSON(data []byte) error {
	j := pointJSON{TrainLoss: evaluate.Number(math.NaN()), ValidationLoss: evaluate.Number(math.NaN())}
	if err := json.Unmarshal(data, &j); err != nil {
		return err
	}
	*p = Point{j.Epoch, j.Step, j.Steps, j.Rate, float64(j.TrainLoss), j.SemiLoss, j.Sure, float64(j.ValidationLoss), j.Classes, j.EpochEnd, j.Best}
	return nil
}
