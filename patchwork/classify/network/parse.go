package network

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Kind says what a layer does.
type Kind byte

// The kinds, by the letter that stands for them; Width has none.
const (
	Width    Kind = 'w' // convolution or dense layer
	Pool     Kind = 'p'
	Dropout  Kind = 'd'
	Residual Kind = 'r'
)

// Layer is one item of a description.
type Layer struct {
	Kind     Kind
	Channels int // of Width, else 0
}

// String is the layer as it is written.
func (l Layer) String() string {
	if l.Kind == Width {
		return strconv.Itoa(l.Channels)
	}
	return string(rune(l.Kind))
}

// maxChannels refuses a typing mistake before it takes all memory.
const maxChannels = 65536

// None is a description without any layer.
const None = "none"

// Parse reads a description: items separated by commas, with or without spaces; a number from 1 to 65536, or p, d or r in
// either case. "" and "none" are no layers.
//
// Errors: an item that is none of these, each with its number, its column counted from 1 in characters, and what is
// wanted; the first is reported.
func Parse(text string) ([]Layer, error) {
	if t := strings.TrimSpace(text); t == "" || t == None {
		return nil, nil
	}
	var layers []Layer
	at := 0 // byte of text where the item begins
	for i, item := range strings.Split(text, ",") {
		word := strings.TrimSpace(item)
		column := 1 + utf8.RuneCountInString(text[:at+len(item)-len(strings.TrimLeft(item, " \t"))])
		at += len(item) + 1
		l, wrong := parseItem(word)
		if wrong != "" {
			return nil, fmt.Errorf("network: layer %d of %q (column %d) %s; want a number of channels, p (pool), d (dropout) or r (residual), "+
				"as in 128,p,d,128", i+1, text, column, wrong)
		}
		layers = append(layers, l)
	}
	return layers, nil
}

// parseItem is one layer, or what is wrong with it.
func parseItem(word string) (l Layer, wrong string) {
	switch word {
	case "":
		return l, "is empty"
	case "p", "P":
		return Layer{Kind: Pool}, ""
	case "d", "D":
		return Layer{Kind: Dropout}, ""
	case "r", "R":
		return Layer{Kind: Residual}, ""
	}
	n, err := strconv.Atoi(word)
	switch {
	case err != nil:
		return l, fmt.Sprintf("is %q", word)
	case n < 1 || n > maxChannels:
		return l, fmt.Sprintf("has %d channels, which is not in 1 to %d", n, maxChannels)
	}
	return Layer{Kind: Width, Channels: n}, ""
}

// Text writes layers as Parse reads them, "none" without any.
func Text(layers []Layer) string {
	if len(layers) == 0 {
		return None
	}
	words := make([]string, len(layers))
	for i, l := range layers {
		words[i] = l.String()
	}
	return strings.Join(words, ",")
}
