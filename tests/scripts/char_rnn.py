"""Names by a recurrent network: one letter after the other, trained, then sampled."""

import torch
import torch.nn as nn

torch.manual_seed(3)
names = ["emma", "olivia", "ava", "isabella", "sophia", "mia", "amelia", "ella", "anna", "lea"]
letters = "." + "".join(sorted(set("".join(names))))
index = {letter: i for i, letter in enumerate(letters)}


class RNN(nn.Module):
    def __init__(self, size, hidden):
        super().__init__()
        self.hidden_size = hidden
        self.embedding = nn.Embedding(size, 8)
        self.i2h = nn.Linear(8 + hidden, hidden)
        self.h2o = nn.Linear(hidden, size)
        self.softmax = nn.LogSoftmax(dim=1)

    def forward(self, letter, hidden):
        combined = torch.cat((self.embedding(letter), hidden), 1)
        hidden = torch.tanh(self.i2h(combined))
        return self.softmax(self.h2o(hidden)), hidden

    def init_hidden(self):
        return torch.zeros(1, self.hidden_size)


model = RNN(len(letters), 24)
criterion = nn.NLLLoss()
for step in range(120):
    name = "." + names[step % len(names)] + "."
    hidden = model.init_hidden()
    model.zero_grad()
    loss = torch.zeros(())
    for before, after in zip(name, name[1:]):
        output, hidden = model(torch.tensor([index[before]]), hidden)
        loss += criterion(output, torch.tensor([index[after]]))
    loss.backward()
    for p in model.parameters():
        p.data.add_(p.grad.data, alpha=-0.05)
    if step % 40 == 39:
        print(step, f"{loss.item() / (len(name) - 1):.4f}")

generator = torch.Generator().manual_seed(7)
with torch.no_grad():
    for _ in range(4):
        hidden, letter, word = model.init_hidden(), 0, ""
        for _ in range(12):
            output, hidden = model(torch.tensor([letter]), hidden)
            letter = torch.multinomial(output.exp(), 1, generator=generator).item()
            if letter == 0:
                break
            word += letters[letter]
        print(word)
