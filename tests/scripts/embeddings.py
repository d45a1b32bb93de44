"""Word vectors: N-grams, and a bag of words with mean pooling."""

import torch
import torch.nn as nn
import torch.nn.functional as F
import torch.optim as optim

torch.manual_seed(1)
text = "the gradient flows back through the layers and the layers pass the gradient on".split()
vocabulary = sorted(set(text))
word_to_ix = {word: i for i, word in enumerate(vocabulary)}
embeds = nn.Embedding(2, 5)
print(embeds(torch.tensor([word_to_ix["and"]], dtype=torch.long)))

ngrams = [([text[i - 2], text[i - 1]], text[i]) for i in range(2, len(text))]


class NGramLanguageModeler(nn.Module):
    def __init__(self, vocab_size, embedding_dim, context_size):
        super().__init__()
        self.embeddings = nn.Embedding(vocab_size, embedding_dim)
        self.linear1 = nn.Linear(context_size * embedding_dim, 32)
        self.linear2 = nn.Linear(32, vocab_size)

    def forward(self, inputs):
        embeds = self.embeddings(inputs).view((1, -1))
        out = F.relu(self.linear1(embeds))
        return F.log_softmax(self.linear2(out), dim=1)


losses = []
model = NGramLanguageModeler(len(vocabulary), 10, 2)
optimizer = optim.SGD(model.parameters(), lr=0.1)
loss_function = nn.NLLLoss()
for epoch in range(10):
    total = 0
    for context, target in ngrams:
        ids = torch.tensor([word_to_ix[w] for w in context], dtype=torch.long)
        model.zero_grad()
        loss = loss_function(model(ids), torch.tensor([word_to_ix[target]], dtype=torch.long))
        loss.backward()
        optimizer.step()
        total += loss.item()
    losses.append(round(total, 3))
print(losses)
print(model.embeddings.weight[word_to_ix["gradient"]])

padded = nn.Embedding(10, 3, padding_idx=0)
sentences = torch.tensor([[1, 2, 0], [4, 5, 6]])
vectors = padded(sentences)
mask = (sentences != 0).unsqueeze(-1)
mean = (vectors * mask).sum(1) / mask.sum(1)
mean.sum().backward()
print(mean, padded.weight.grad[:3])
similarity = F.cosine_similarity(mean[:1], mean[1:], dim=1)
print(similarity)
