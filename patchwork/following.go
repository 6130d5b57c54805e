package patchwork

import (
	"os"

	"github.com/gopatchwork/patchwork/patchwork/runlog"
	"github.com/gopatchwork/patchwork/patchwork/runlog/mlflow"
	"github.com/gopatchwork/patchwork/patchwork/runlog/tensorboard"
)

// What PretrainOptions and FineTuneOptions take in place of a folder and of an address.
const (
	TensorBoardInRun  = "auto" // the folder tensorboard in that of the run
	MLflowEnvironment = "env"  // the server that MLFLOW_TRACKING_URI names
)

// following is what else hears of a training but its record.
type following struct {
	tensorBoard string // folder, or TensorBoardInRun; "" is none
	mlflow      string // address, or MLflowEnvironment; "" is none
	sinks       []runlog.Opener
}

// check says whether MLflow could be reached by what is known of it.
func (f following) check() error {
	if f.mlflow == "" {
		return nil
	}
	return f.server(nil).Check()
}

func (f following) server(warn func(error)) mlflow.Options {
	o := mlflow.Options{URL: f.mlflow, Warn: warn}
	if f.mlflow == MLflowEnvironment {
		o.URL = ""
	}
	return o.FromEnvironment(os.Getenv)
}

// openers open all of it. warn hears of trouble that is not that of a call, from other goroutines.
func (f following) openers(warn func(error)) []runlog.Opener {
	all := f.sinks
	switch f.tensorBoard {
	case "":
	case TensorBoardInRun:
		all = append(all[:len(all):len(all)], tensorboard.Open(""))
	default:
		all = append(all[:len(all):len(all)], tensorboard.Open(f.tensorBoard))
	}
	if f.mlflow != "" {
		all = append(all[:len(all):len(all)], mlflow.Open(f.server(warn)))
	}
	return all
}
