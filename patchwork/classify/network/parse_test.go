package network

import (
	"reflect"
	"strings"
	"testing"
)

func TestParse(t *testing.T) {
	w := func(n int) Layer { return Layer{Width, n} }
	p, d, r := Layer{Kind: Pool}, Layer{Kind: Dropout}, Layer{Kind: Residual}
	for text, want := range map[string][]Layer{
		"": nil, "  ": nil, "none": nil,
		"128,p,d,128":  {w(128), p, d, w(128)},
		" 512 ,r\t":    {w(512), r},
		"P,D,R,1":      {p, d, r, w(1)},
		"65536,0064,p": {w(65536), w(64), p},
	} {
		got, err := Parse(text)
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%q is %v, %v; want %v", text, got, err, want)
		}
		if again, err := Parse(Text(got)); err != nil || !reflect.DeepEqual(again, want) {
			t.Errorf("%q is written %q and read as %v, %v", text, Text(got), again, err)
		}
	}
}

func TestParseErrors(t *testing.T) {
	for text, says := range map[string]string{
		"128,,p":       `layer 2 of "128,,p" (column 5) is empty`,
		"128,p,":       `layer 3 of "128,p," (column 7) is empty`,
		"128, q,d":     `layer 2 of "128, q,d" (column 6) is "q"`,
		"é, x":         `layer 1 of "é, x" (column 1) is "é"`,
		"d,é":          `layer 2 of "d,é" (column 3) is "é"`,
		"128;p":        `layer 1 of "128;p" (column 1) is "128;p"`,
		"64,0":         `layer 2 of "64,0" (column 4) has 0 channels, which is not in 1 to 65536`,
		"-5":           "has -5 channels",
		"65537":        "has 65537 channels",
		"1e3":          `is "1e3"`,
		"128 p":        `is "128 p"`,
		"none,128":     `layer 1 of "none,128" (column 1) is "none"`,
		"999999999999": "999999999999",
	} {
		_, err := Parse(text)
		if err == nil || !strings.Contains(err.Error(), says) || !strings.Contains(err.Error(), "want a number of channels, p (pool), d (dropout) or r (residual)") {
			t.Errorf("%q: %v; want it to say %s", text, err, says)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add("128,p,d,128")
	f.Fuzz(func(t *testing.T, text string) {
		layers, err := Parse(text)
		if err != nil {
			return
		}
		if again, err := Parse(Text(layers)); err != nil || !reflect.DeepEqual(again, layers) {
			t.Errorf("%q is read as %v and written as %q, which is %v, %v", text, layers, Text(layers), again, err)
		}
	})
}
