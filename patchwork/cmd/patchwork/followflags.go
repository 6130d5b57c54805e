package main

import (
	"github.com/spf13/pflag"

	"github.com/gopatchwork/patchwork/patchwork"
)

// followFlags are the flags of what hears of a training beside its record.
func followFlags(f *pflag.FlagSet, tensorBoard, mlflow *string) {
	f.StringVar(tensorBoard, "tensorboard", "", "write event files for TensorBoard, with =`folder` below that one, else in the folder of the run")
	f.Lookup("tensorboard").NoOptDefVal = patchwork.TensorBoardInRun
	f.StringVar(mlflow, "mlflow", "", "send the record to the tracking server of MLflow at =`address`, else at MLFLOW_TRACKING_URI")
	f.Lookup("mlflow").NoOptDefVal = patchwork.MLflowEnvironment
}
