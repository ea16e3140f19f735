"""Algorithms by the names that people use, as classes of field libraries with scikit-learn's interface."""

from __future__ import annotations

import re
from typing import NamedTuple


class Algorithm(NamedTuple):
    """A class that fits a model: where it is, the package that has it, and whether it takes a `random_state`."""

    module: str
    name: str
    requirement: str = "scikit-learn"
    seeded: bool = True


_ENSEMBLE, _LINEAR = "sklearn.ensemble", "sklearn.linear_model"
_SVM, _TREE, _NEAR = "sklearn.svm", "sklearn.tree", "sklearn.neighbors"
_NETWORK, _BAYES = "sklearn.neural_network", "sklearn.naive_bayes"

_PAIRS = {
    "random forest": (
        Algorithm(_ENSEMBLE, "RandomForestClassifier"),
        Algorithm(_ENSEMBLE, "RandomForestRegressor"),
    ),
    "gradient boosting": (
        Algorithm(_ENSEMBLE, "HistGradientBoostingClassifier"),
        Algorithm(_ENSEMBLE, "HistGradientBoostingRegressor"),
    ),
    "decision tree": (Algorithm(_TREE, "DecisionTreeClassifier"), Algorithm(_TREE, "DecisionTreeRegressor")),
    "extra trees": (Algorithm(_ENSEMBLE, "ExtraTreesClassifier"), Algorithm(_ENSEMBLE, "ExtraTreesRegressor")),
    "ada boost": (Algorithm(_ENSEMBLE, "AdaBoostClassifier"), Algorithm(_ENSEMBLE, "AdaBoostRegressor")),
    "support vector machine": (Algorithm(_SVM, "SVC"), Algorithm(_SVM, "SVR", seeded=False)),
    "nearest neighbors": (
        Algorithm(_NEAR, "KNeighborsClassifier", seeded=False),
        Algorithm(_NEAR, "KNeighborsRegressor", seeded=False),
    ),
    "neural network": (Algorithm(_NETWORK, "MLPClassifier"), Algorithm(_NETWORK, "MLPRegressor")),
    "xgboost": (Algorithm("xgboost", "XGBClassifier", "xgboost"), Algorithm("xgboost", "XGBRegressor", "xgboost")),
    "lightgbm": (
        Algorithm("lightgbm", "LGBMClassifier", "lightgbm"),
        Algorithm("lightgbm", "LGBMRegressor", "lightgbm"),
    ),
    "logistic regression": (Algorithm(_LINEAR, "LogisticRegression"),) * 2,
    "naive bayes": (Algorithm(_BAYES, "GaussianNB", seeded=False),) * 2,
    "linear regression": (Algorithm(_LINEAR, "LinearRegression", seeded=False),) * 2,
    "ridge": (Algorithm(_LINEAR, "RidgeClassifier"), Algorithm(_LINEAR, "Ridge")),
    "lasso": (Algorithm(_LINEAR, "Lasso"),) * 2,
    "elastic net": (Algorithm(_LINEAR, "ElasticNet"),) * 2,
}
_OTHER_NAMES = {
    "randomforest": "random forest",
    "rf": "random forest",
    "gbm": "gradient boosting",
    "gradient boosted trees": "gradient boosting",
    "gradient boosted": "gradient boosting",
    "gradientboosting": "gradient boosting",
    "histgradientboosting": "gradient boosting",
    "decisiontree": "decision tree",
    "extratrees": "extra trees",
    "adaboost": "ada boost",
    "svm": "support vector machine",
    "svc": "support vector machine",
    "svr": "support vector machine",
    "support vector": "support vector machine",
    "knn": "nearest neighbors",
    "k nearest neighbors": "nearest neighbors",
    "k nearest neighbours": "nearest neighbors",
    "mlp": "neural network",
    "multilayer perceptron": "neural network",
    "xgb": "xgboost",
    "lgbm": "lightgbm",
    "light gbm": "lightgbm",
    "logisticregression": "logistic regression",
    "logit": "logistic regression",
    "logistic": "logistic regression",
    "linearregression": "linear regression",
    "ols": "linear regression",
    "ordinary least squares": "linear regression",
    "elasticnet": "elastic net",
}
_ROLE = re.compile(r"\b(classifiers?|classification|regressors?|models?|algorithms?)\b|(classifier|regressor)\b")


def algorithm(text: str, *, regression: bool) -> Algorithm | None:
    """The algorithm that the words name; `regression` tells which of a pair. None when they name none."""
    words = " ".join(re.sub(r"[-_]", " ", text.lower()).split())
    if re.search(r"regress(or|ion)\b", words) and "logistic" not in words:
        regression = True
    if "classif" in words:
        regression = False
    name = " ".join(_ROLE.sub(" ", words).split())
    for candidate in (words, name, name.removesuffix(" regression"), name.removesuffix("regression")):
        pair = _PAIRS.get(_OTHER_NAMES.get(candidate, candidate))
        if pair is not None:
            return pair[1] if regression else pair[0]
    return None
