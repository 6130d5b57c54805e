package evaluate

// Report is what a model can do, on the rows it learned from and on those held out.
type Report struct {
	Threshold  float64        `json:"threshold" yaml:"threshold"`   // score from which on a class counts as present
	Confidence float64        `json:"confidence" yaml:"confidence"` // of the intervals
	Train      Overall        `json:"train" yaml:"train"`           // rows neither excluded nor flagged for validation
	Validation Overall        `json:"validation" yaml:"validation"` // rows flagged for validation and not excluded
	Classes    []ClassReport  `json:"classes" yaml:"classes"`
	Subsets    []SubsetReport `json:"subsets,omitempty" yaml:"subsets,omitempty"` // in the order of their names

	Bootstrap *Bootstrap `json:"bootstrap,omitempty" yaml:"bootstrap,omitempty"` // how validation images were drawn again; nil if they were not
	Notes     []string   `json:"notes,omitempty" yaml:"notes,omitempty"`         // what is missing or not to be trusted, and what to do about it
}

// SubsetReport is the same for the rows of one subset.
type SubsetReport struct {
	Subset     string        `json:"subset" yaml:"subset"` // "" are the rows without a name
	Train      Overall       `json:"train" yaml:"train"`
	Validation Overall       `json:"validation" yaml:"validation"`
	Classes    []ClassReport `json:"classes" yaml:"classes"`
}

// ClassReport holds the figures of one class.
type ClassReport struct {
	Class      string  `json:"class" yaml:"class"`
	Train      Metrics `json:"train" yaml:"train"`
	Validation Metrics `json:"validation" yaml:"validation"`
}

// Metrics are the figures of one class on one side. The counts are of all rows of that side; the figures are of the rows
// whose label is known and that have a score. Where a comment says bootstrap, the bounds are missing without one (see
// Data.Bootstrap), for training rows, and where every draw gives the same number.
type Metrics struct {
	Present  int `json:"present" yaml:"present"`
	Absent   int `json:"absent" yaml:"absent"`
	Unknown  int `json:"unknown" yaml:"unknown"`
	Unscored int `json:"unscored" yaml:"unscored"` // known labels without a score

	// At Threshold; see the methods of Confusion.
	Confusion        Confusion `json:"confusion" yaml:"confusion"`
	Accuracy         Interval  `json:"accuracy" yaml:"accuracy"`
	Precision        Interval  `json:"precision" yaml:"precision"`
	Recall           Interval  `json:"recall" yaml:"recall"`
	Specificity      Interval  `json:"specificity" yaml:"specificity"`
	F1               Interval  `json:"f1" yaml:"f1"`
	BalancedAccuracy Interval  `json:"balanced_accuracy" yaml:"balanced_accuracy"`

	BaseRate  Number `json:"base_rate" yaml:"base_rate"`   // accuracy of the better constant answer: max(present, absent) / both
	AboveBase Number `json:"above_base" yaml:"above_base"` // probability that the accuracy exceeds it, under Jeffreys' prior

	AUC              Interval `json:"auc" yaml:"auc"` // missing when one-sided; Newcombe
	AveragePrecision Number   `json:"average_precision" yaml:"average_precision"`
	APInterval       Interval `json:"average_precision_interval" yaml:"average_precision_interval"` // the same, with bounds by bootstrap

	// Of the scores as probabilities.
	LogLoss         Number   `json:"log_loss" yaml:"log_loss"`                   // nats
	LogLossInterval Interval `json:"log_loss_interval" yaml:"log_loss_interval"` // the same, with bounds by bootstrap
	Brier           Interval `json:"brier" yaml:"brier"`                         // bootstrap
	ECE             Interval `json:"ece" yaml:"ece"`                             // ten bins of equal width; bootstrap
	ECEEqualMass    Interval `json:"ece_equal_mass" yaml:"ece_equal_mass"`       // ten bins of as many rows each; bootstrap
	ECEExpected     Number   `json:"ece_expected" yaml:"ece_expected"`           // what ECE would be if the scores were perfectly calibrated
}

// Overall are the figures of one side over all classes. A macro figure is the mean of the classes that have it.
type Overall struct {
	Rows  int `json:"rows" yaml:"rows"`   // with at least one known and scored label
	Cells int `json:"cells" yaml:"cells"` // known and scored labels

	// Accuracy is the share of cells that are right. Its interval counts rows, not cells, as independent, because the
	// labels of one image fail together; it is therefore rather too wide than too narrow.
	Accuracy Interval `json:"accuracy" yaml:"accuracy"`

	MacroAUC         Number   `json:"macro_auc" yaml:"macro_auc"`
	MacroAUCInterval Interval `json:"macro_auc_interval" yaml:"macro_auc_interval"` // the same, with bounds by bootstrap
	AUCClasses       int      `json:"auc_classes" yaml:"auc_classes"`               // how many have an AUC
	MacroAP          Interval `json:"macro_average_precision" yaml:"macro_average_precision"`
	MacroF1          Interval `json:"macro_f1" yaml:"macro_f1"`
	MacroBalanced    Interval `json:"macro_balanced_accuracy" yaml:"macro_balanced_accuracy"`
	MacroECE         Interval `json:"macro_ece" yaml:"macro_ece"` // bins of equal width

	LogLoss         Number   `json:"log_loss" yaml:"log_loss"`                   // mean over cells, nats
	LogLossInterval Interval `json:"log_loss_interval" yaml:"log_loss_interval"` // the same, with bounds by bootstrap
	Brier           Interval `json:"brier" yaml:"brier"`                         // mean over cells

	// Exact is the share of rows whose every label is right, among the ExactRows that are fully labelled and scored.
	Exact     Interval `json:"exact" yaml:"exact"`
	ExactRows int      `json:"exact_rows" yaml:"exact_rows"`

	// Top1 is the share of rows whose highest score is their class. It exists only where every row is fully labelled with
	// exactly one class present, and there are two classes or more.
	Top1 Interval `json:"top1" yaml:"top1"`
}
