package classify

import "fmt"

// goOn sets the weights that training begins with: those of start where it knows the class, or else what begin has chosen.
// resolve says what a class of start is called now; of several that are one class now, the one that has its name counts, else
// the first. The features are standardised anew, so the weights of the first layer are changed to give the same logits:
//
//	W' = W · scale/scale'      b' = b + Σ (mean' − mean) · scale · W / √dim
//
// A head that reads directions keeps the mean and scale of start instead, on which directions depend.
//
// Errors: start reads other features, or its head has other layers.
func (h *head) goOn(classes []string, featureID string, start *Model, resolve func(string) (string, bool)) error {
	from := &start.head
	if err := h.reads(featureID, start); err != nil {
		return err
	}
	if !from.kind.stepwise() || from.hidden != h.hidden || from.unit != h.unit {
		return fmt.Errorf("classify: the model to go on from is %s, and this is %s; train from the beginning", from.layers(), h.layers())
	}
	if h.unit {
		h.mean, h.scale = from.mean, from.scale
	}
	if h.convnet != nil {
		h.convnet = from.convnet // nothing writes to its numbers
	}
	shift := func(weights []float32, out, c int) (moved func(i int) float32, bias float32) {
		sum := 0.0
		for i := range h.dim {
			sum += float64(h.mean[i]-from.mean[i]) * float64(from.scale[i]) * float64(weights[i*out+c])
		}
		return func(i int) float32 { return weights[i*out+c] * from.scale[i] / h.scale[i] }, float32(sum / gain(h.dim))
	}
	for u := range h.hidden {
		moved, bias := shift(from.inner, h.hidden, u)
		for i := range h.dim {
			h.inner[i*h.hidden+u] = moved(i)
		}
		h.innerBias[u] = from.innerBias[u] + bias
	}
	column := columnNow(start.info.Classes, resolve)
	for c, name := range classes {
		old, ok := column[name]
		if !ok {
			continue
		}
		moved, bias := func(i int) float32 { return from.weights[i*from.classes+old] }, float32(0)
		if h.hidden == 0 && !h.unit {
			moved, bias = shift(from.weights, from.classes, old)
		}
		for i := range h.inputs() {
			h.weights[i*h.classes+c] = moved(i)
		}
		h.bias[c] = from.bias[old] + bias
	}
	return nil
}

// reads is an error unless start reads the same of the same features.
func (h *head) reads(featureID string, start *Model) error {
	if start.head.dim != h.dim || start.info.FeatureID != featureID {
		return fmt.Errorf("classify: the model to go on from reads the features %s of %d numbers, and these are %s of %d; train from the beginning",
			start.info.FeatureID, start.head.dim, featureID, h.dim)
	}
	if start.head.below != h.below {
		return fmt.Errorf("classify: the model to go on from reads %s, and this one %s; train from the beginning", start.head.below, h.below)
	}
	return nil
}

// columnNow is by present name the column of a class of a model.
func columnNow(classes []string, resolve func(string) (string, bool)) map[string]int {
	column := map[string]int{}
	for c, name := range classes {
		now, ok := name, true
		if resolve != nil {
			now, ok = resolve(name)
		}
		if _, taken := column[now]; ok && (!taken || now == name) {
			column[now] = c
		}
	}
	return column
}

// layers describes what a head is made of.
func (h *head) layers() string {
	text := fmt.Sprintf("a %s head", h.kind)
	if h.hidden > 0 {
		text += fmt.Sprintf(" with %d hidden units", h.hidden)
	}
	if h.unit {
		text += " that reads directions"
	}
	return text
}
