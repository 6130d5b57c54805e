package host

import (
	"encoding/json"
	"fmt"
)

// message is everything the server says, one JSON object each. A page tells the kinds apart by the field that is there:
//
//	{"view": …, "ack": n}                      first message after each connection; n is the highest seq settled so far
//	{"ack": n, "id": …, "reply": …}            event id is applied and durable
//	{"ack": n, "id": …, "error": …}            event id was refused; it is settled and will not be applied
//	{"ack": n, "id": …, "error": …, "retry": true}  event id is not durable; n stays below it; send it again later
//	{"push": …}                                something changed
//	{"bye": reason}                            the server ends; do not connect again
//	{"error": …}                               no view could be made for this page
type message struct {
	View  json.RawMessage `json:"view,omitempty"`
	Ack   *int            `json:"ack,omitempty"`
	ID    string          `json:"id,omitempty"`
	Reply json.RawMessage `json:"reply,omitempty"`
	Error string          `json:"error,omitempty"`
	Retry bool            `json:"retry,omitempty"`
	Push  json.RawMessage `json:"push,omitempty"`
	Bye   string          `json:"bye,omitempty"`
}

// text encodes m. It cannot fail: the raw parts were encoded before.
func (m message) text() []byte {
	data, err := json.Marshal(m)
	if err != nil {
		data, _ = json.Marshal(message{ID: m.ID, Error: fmt.Sprintf("host: message cannot be encoded: %v", err)})
	}
	return data
}

// answer is what the server says about one event.
func (o outcome) answer(ack int, id string) message {
	m := message{Ack: &ack, ID: id, Reply: o.reply, Retry: o.unsaved}
	if o.err != nil {
		m.Error = o.err.Error()
	}
	return m
}
