package tensorboard

import (
	"maps"
	"math"
	"slices"
	"strconv"

	"google.golang.org/protobuf/encoding/protowire"
)

// Status is how a training ended.
type Status int

// What TensorBoard knows.
const (
	Succeeded Status = 1
	Failed    Status = 2
)

// Begin says what settings a training has: those that are numbers are shown as such, true and false too, others as text. With them
// the table HPARAMS has a row for the training, with the last value of each scalar.
//
// What a folder says first counts: a training that goes on says the same again in vain. There is no message Experiment, which would
// fix the columns for all trainings below a folder to those of the first; TensorBoard collects them from all.
func (w *Writer) Begin(settings map[string]string) error {
	var info message
	for _, name := range slices.Sorted(maps.Keys(settings)) {
		var entry message
		entry.text(1, name)
		entry.message(2, setting(settings[name]))
		info.message(1, entry)
	}
	info.double(5, unix(w.now()))
	return w.hparams("session_start_info", 3, info)
}

// End says how the training ended. One that will go on has not.
func (w *Writer) End(s Status) error {
	var info message
	info.varint(1, uint64(s))
	info.double(2, unix(w.now()))
	return w.hparams("session_end_info", 4, info)
}

// hparams writes one of the messages of HParamsPluginData. They lie in what the plugin keeps of their tag; the tensor is empty.
func (w *Writer) hparams(name string, field protowire.Number, info message) error {
	return w.summary(0, func(m *message) {
		var data message
		data.message(field, info)
		m.text(1, "_hparams_/"+name)
		m.message(8, tensor(floats, 0))
		m.message(9, plugin("hparams", data))
	})
}

// setting is the message google.protobuf.Value.
func setting(text string) (m message) {
	number, err := strconv.ParseFloat(text, 64)
	switch {
	case err == nil && !math.IsInf(number, 0) && !math.IsNaN(number):
		m.oneDouble(2, number)
	case text == "true" || text == "false":
		m.oneBool(4, text == "true")
	default:
		m.oneText(3, text)
	}
	return m
}
