"""Records scikit-learn's answers that src/lab/insight/maps/tsne.test.ts and mapQuality.test.ts compares with.

    python3 scripts/recordMapQuality.py     (Debian: apt-get install python3-sklearn; recorded with 1.2.1)
"""

import json
from pathlib import Path

import numpy
import sklearn
from sklearn.manifold import TSNE, trustworthiness
from sklearn.neighbors import NearestNeighbors

target = Path(__file__).parent.parent / "src/lab/insight/maps/__goldens__/sklearn.json"
random = numpy.random.default_rng(20)
features = random.normal(size=(150, 8)) + 5 * numpy.eye(8)[numpy.arange(150) % 4]
features = numpy.round(features, 3)
skewed = numpy.round(features[:, :2] + random.normal(size=(150, 2)), 3)


def neighbours(points, count):
    return NearestNeighbors(n_neighbors=count).fit(points).kneighbors(return_distance=False)


def recall(count):
    pairs = zip(neighbours(features, count), neighbours(skewed, count))
    return float(numpy.mean([len(set(truth) & set(drawn)) / count for truth, drawn in pairs]))


# Barnes-Hut with a small angle is the same objective as ours: attraction by 3 * perplexity neighbours, (all but) exact repulsion.
tsne = TSNE(method="barnes_hut", angle=0.1, init="pca", perplexity=20, learning_rate="auto", n_iter=750, random_state=0)
drawn = tsne.fit_transform(features)

target.parent.mkdir(exist_ok=True)
target.write_text(
    json.dumps(
        {
            "recordedWith": f"scikit-learn {sklearn.__version__}",
            "rows": 150,
            "columns": 8,
            "features": features.ravel().tolist(),
            "map": skewed.ravel().tolist(),
            "quality": [
                {"neighbours": k, "trustworthiness": trustworthiness(features, skewed, n_neighbors=k), "recall": recall(k)}
                for k in (1, 5, 10, 30)
            ],
            "tsne": {
                "perplexity": 20,
                "divergence": float(tsne.kl_divergence_),
                "trustworthiness": trustworthiness(features, drawn, n_neighbors=10),
            },
        }
    )
    + "\n"
)
