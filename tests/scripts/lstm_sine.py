"""A sine wave continued by LSTM cells, trained with LBFGS and a closure."""

import numpy as np
import torch
import torch.nn as nn
import torch.optim as optim

torch.manual_seed(0)
np.random.seed(0)
T, L, N = 20, 60, 6
shifts = np.array(range(L)) + np.random.randint(-4 * T, 4 * T, N).reshape(N, 1)
data = torch.from_numpy(np.sin(shifts / 1.0 / T).astype("float64"))


class Sequence(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm1 = nn.LSTMCell(1, 12)
        self.lstm2 = nn.LSTMCell(12, 12)
        self.linear = nn.Linear(12, 1)

    def forward(self, input, future=0):
        outputs = []
        h_t = torch.zeros(input.size(0), 12, dtype=torch.double)
        c_t = torch.zeros(input.size(0), 12, dtype=torch.double)
        h_t2, c_t2 = torch.zeros_like(h_t), torch.zeros_like(c_t)
        for input_t in input.split(1, dim=1):
            h_t, c_t = self.lstm1(input_t, (h_t, c_t))
            h_t2, c_t2 = self.lstm2(h_t, (h_t2, c_t2))
            output = self.linear(h_t2)
            outputs += [output]
        for _ in range(future):
            h_t, c_t = self.lstm1(output, (h_t, c_t))
            h_t2, c_t2 = self.lstm2(h_t, (h_t2, c_t2))
            output = self.linear(h_t2)
            outputs += [output]
        return torch.cat(outputs, dim=1)


seq = Sequence()
seq.double()
criterion = nn.MSELoss()
optimizer = optim.LBFGS(seq.parameters(), lr=0.8, max_iter=5)
input, target = data[2:, :-1], data[2:, 1:]
for i in range(2):

    def closure():
        optimizer.zero_grad()
        loss = criterion(seq(input), target)
        loss.backward()
        return loss

    print("loss:", f"{optimizer.step(closure).item():.6f}")
with torch.no_grad():
    pred = seq(data[:2, :-1], future=10)
    print("test loss:", f"{criterion(pred[:, :-10], data[:2, 1:]).item():.6f}", pred.shape)

# the layer, batch first, with two layers and a state
lstm = nn.LSTM(input_size=3, hidden_size=4, num_layers=2, batch_first=True)
out, (h, c) = lstm(torch.randn(2, 5, 3))
print(lstm, out.shape, h.shape, c.shape, out[:, -1])
